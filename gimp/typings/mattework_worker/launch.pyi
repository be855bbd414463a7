from mattework.worker.launch import clean_environment as clean_environment
