"""Trackers of comparisons that other programs show: TensorBoard, MLflow, Weights & Biases.

They run in a process of their own, without a framework: `tracker_main.py` starts it, and `serve.py` has its loop.
"""
