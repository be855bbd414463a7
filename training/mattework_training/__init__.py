"""Makes the segmenter embedded in Mattework: synthetic photographs, a small network, training and export."""
