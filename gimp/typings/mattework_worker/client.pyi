from mattework.worker.client import WorkerClient as WorkerClient
from mattework.worker.client import connect_worker as connect_worker
