"""What crosses the bridge, as types: the twin of `src/protocol/` and `src/spec/schema.ts`.

Requests are complete: the only default here is None, for what may be left out (a test set that is split off, an
epsilon that is each framework's own), so that a default can only stand in the TypeScript schema. Unknown fields are
refused. test/fixtures/protocol is parsed by both languages.
"""

from twintune.protocol.augmentation import (
    Augmentation,
    ColorJitter,
    RandAugment,
    RandomErasing,
    RandomResizedCrop,
    Range,
)
from twintune.protocol.compare_predictions import (
    Answer,
    ComparePredictionsRequest,
    ComparePredictionsResult,
    DisagreeingImage,
    ListingRequest,
)
from twintune.protocol.dataset import (
    Csv,
    DatasetFields,
    DatasetPaths,
    DatasetRequest,
    HuggingFace,
    ImageFolder,
    Parquet,
)
from twintune.protocol.describe_data import (
    DescribeDataRequest,
    DescribeDataResult,
    DuplicateImage,
    ImageKind,
    ImageSizes,
    SheetRequest,
    SplitDescription,
    Spread,
    UnreadableImage,
)
from twintune.protocol.evaluation import ClassEvaluation, Evaluation, EvaluationMetrics, TopLoss
from twintune.protocol.find_learning_rate import (
    FindLearningRateRequest,
    FindLearningRateResult,
    LearningRatePoint,
    LearningRateSuggestions,
)
from twintune.protocol.import_framework import ImportFrameworkRequest, ImportFrameworkResult
from twintune.protocol.inspect import InspectRequest, InspectResult
from twintune.protocol.judge_rounding import (
    JudgeRoundingRequest,
    JudgeRoundingResult,
    Recordings,
    RoundedRungName,
    Rounding,
)
from twintune.protocol.judge_rungs import JudgeRungsRequest, JudgeRungsResult, Rung, RungName
from twintune.protocol.message import Framework, Message, Mode, Precision, SplitName
from twintune.protocol.model import FileWeights, Head, ImagenetWeights, Model, RandomWeights, WeightsRequest
from twintune.protocol.optimizer import (
    Adam,
    AdamW,
    ConstantSchedule,
    CosineSchedule,
    OneCycleSchedule,
    Optimizer,
    RmsProp,
    Schedule,
    Sgd,
    StepSchedule,
)
from twintune.protocol.paired_difference import PairedDifferenceRequest, PairedDifferenceResult
from twintune.protocol.pairs_needed import PairsNeededRequest, PairsNeededResult
from twintune.protocol.record_rungs import PerturbationName, RecordRungsRequest, RecordRungsResult, Trained
from twintune.protocol.result import (
    EpochRecord,
    Facts,
    RunResult,
    Seconds,
    StepProfile,
    TrainedPhase,
    TrainingMetrics,
)
from twintune.protocol.run import RunRequest, RunSeeds
from twintune.protocol.training import (
    BatchNormPolicy,
    Checkpoints,
    EarlyStopping,
    Ema,
    Phase,
    Trainable,
    TrainableStages,
    Training,
)

__all__ = [
    "Adam",
    "AdamW",
    "Answer",
    "Augmentation",
    "BatchNormPolicy",
    "Checkpoints",
    "ClassEvaluation",
    "ColorJitter",
    "ComparePredictionsRequest",
    "ComparePredictionsResult",
    "ConstantSchedule",
    "CosineSchedule",
    "Csv",
    "DatasetFields",
    "DatasetPaths",
    "DatasetRequest",
    "DescribeDataRequest",
    "DescribeDataResult",
    "DisagreeingImage",
    "DuplicateImage",
    "EarlyStopping",
    "Ema",
    "EpochRecord",
    "Evaluation",
    "EvaluationMetrics",
    "Facts",
    "FileWeights",
    "FindLearningRateRequest",
    "FindLearningRateResult",
    "Framework",
    "Head",
    "HuggingFace",
    "ImageFolder",
    "ImageKind",
    "ImageSizes",
    "ImagenetWeights",
    "ImportFrameworkRequest",
    "ImportFrameworkResult",
    "InspectRequest",
    "InspectResult",
    "JudgeRoundingRequest",
    "JudgeRoundingResult",
    "JudgeRungsRequest",
    "JudgeRungsResult",
    "LearningRatePoint",
    "LearningRateSuggestions",
    "ListingRequest",
    "Message",
    "Mode",
    "Model",
    "OneCycleSchedule",
    "Optimizer",
    "PairedDifferenceRequest",
    "PairedDifferenceResult",
    "PairsNeededRequest",
    "PairsNeededResult",
    "Parquet",
    "PerturbationName",
    "Phase",
    "Precision",
    "RandAugment",
    "RandomErasing",
    "RandomResizedCrop",
    "RandomWeights",
    "Range",
    "RecordRungsRequest",
    "RecordRungsResult",
    "Recordings",
    "RmsProp",
    "RoundedRungName",
    "Rounding",
    "RunRequest",
    "RunResult",
    "RunSeeds",
    "Rung",
    "RungName",
    "Schedule",
    "Seconds",
    "Sgd",
    "SheetRequest",
    "SplitDescription",
    "SplitName",
    "Spread",
    "StepProfile",
    "StepSchedule",
    "TopLoss",
    "Trainable",
    "TrainableStages",
    "Trained",
    "TrainedPhase",
    "Training",
    "TrainingMetrics",
    "UnreadableImage",
    "WeightsRequest",
]
