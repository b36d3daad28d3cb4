"""The document's PyTorch listing, timed epoch by epoch.

The listing's open names are filled in, and two lines change places: as written the listing freezes the new head too,
and fails in its first backward pass. `pretrained=True` is the file of weights.
"""

from __future__ import annotations

import time

import numpy as np
import torch
import torch.nn as nn
from safetensors.torch import load_file
from torch.optim import Adam
from torch.utils.data import DataLoader, TensorDataset
from torchvision import models

from bench.images import Material, read_images

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


def run(material: Material, size: int, batch: int, num_epochs: int) -> list[float]:
    """Reads the images, builds the model and trains its head; imports have been done before.

    Args:
        material: The material, which gives the training images and ResNet-50's weights.
        size: Height and width of the images in pixels.
        batch: Images in a batch.
        num_epochs: The number of epochs to train.

    Returns:
        Seconds from the start to the end of each epoch.
    """
    start = time.perf_counter()
    ends = []
    pixels, classes = read_images(material.train, size)
    normalised = (pixels.astype(np.float32) / 255 - MEAN) / STD
    data = TensorDataset(torch.from_numpy(normalised.transpose(0, 3, 1, 2).copy()), torch.from_numpy(classes))
    train_loader = DataLoader(data, batch_size=batch, shuffle=True)
    num_classes = int(classes.max()) + 1

    model = models.resnet50()
    model.load_state_dict(load_file(material.weights), strict=False)
    for param in model.parameters():
        param.requires_grad = False
    model.fc = nn.Sequential(nn.Linear(2048, 1024), nn.ReLU(), nn.Linear(1024, num_classes))
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.to(device)
    optimizer = Adam(model.parameters())
    criterion = nn.CrossEntropyLoss()
    for _epoch in range(num_epochs):
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
        ends.append(time.perf_counter() - start)
    return ends
