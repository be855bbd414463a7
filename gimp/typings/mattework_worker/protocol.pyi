from mattework.worker.protocol import SAMPLE_BYTES as SAMPLE_BYTES
from mattework.worker.protocol import AdjustRequest as AdjustRequest
from mattework.worker.protocol import ColoursRequest as ColoursRequest
from mattework.worker.protocol import CutRequest as CutRequest
from mattework.worker.protocol import EdgeOptions as EdgeOptions
from mattework.worker.protocol import EngineError as EngineError
from mattework.worker.protocol import Picture as Picture
from mattework.worker.protocol import RefineRequest as RefineRequest
