"""The document's two listings, as it has them; its open names are filled in and the weights are random."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("frameworks")

NUM_CLASSES = 3
EPOCHS = 1
SIZE = 32


def pictures() -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    return draw.normal(size=(8, SIZE, SIZE, 3)).astype(np.float32), draw.integers(0, NUM_CLASSES, 8)


# Every test run has the two models of the document trained, in test/integration/compare.test.ts.
@pytest.mark.slow
def test_the_tensorflow_listing_trains() -> None:
    import tensorflow as tf
    from tensorflow.keras.applications import ResNet50
    from tensorflow.keras.layers import Dense, GlobalAveragePooling2D

    train_data, train_labels = pictures()
    base_model = ResNet50(weights=None, include_top=False)
    x = base_model.output
    x = GlobalAveragePooling2D()(x)
    x = Dense(1024, activation="relu")(x)
    predictions = Dense(NUM_CLASSES, activation="softmax")(x)
    model = tf.keras.models.Model(inputs=base_model.input, outputs=predictions)
    for layer in base_model.layers:
        layer.trainable = False
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    before = model.layers[-1].kernel.numpy()
    model.fit(train_data, train_labels, epochs=EPOCHS, verbose=0)
    assert not np.array_equal(model.layers[-1].kernel.numpy(), before)


def train_pytorch_listing(repaired: bool) -> float:
    import torch
    from torch import nn
    from torch.optim import Adam
    from torchvision import models

    data, targets = pictures()
    train_loader = [(torch.from_numpy(data).permute(0, 3, 1, 2), torch.from_numpy(targets))]
    model = models.resnet50(weights=None)
    if repaired:
        for param in model.parameters():
            param.requires_grad = False
    model.fc = nn.Sequential(nn.Linear(2048, 1024), nn.ReLU(), nn.Linear(1024, NUM_CLASSES))
    if not repaired:
        for param in model.parameters():
            param.requires_grad = False
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.to(device)
    optimizer = Adam(model.parameters())
    criterion = nn.CrossEntropyLoss()
    before = model.fc[2].weight.detach().clone()
    for _epoch in range(EPOCHS):
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
    return float((model.fc[2].weight.detach() - before).abs().max())


def test_the_pytorch_listing_has_nothing_left_to_train() -> None:
    with pytest.raises(RuntimeError, match="does not require grad"):
        train_pytorch_listing(repaired=False)


def test_the_repaired_pytorch_listing_trains() -> None:
    assert train_pytorch_listing(repaired=True) > 0
