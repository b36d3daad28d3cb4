import { py } from './python-text.js'

/** Writes the metrics of a split, in NumPy and so the same in every framework. */
export const metricsSection = py`
  def measure(logits: np.ndarray, labels: np.ndarray) -> dict[str, float]:
      """Metrics of a whole split, in double precision."""
      predicted, images = logits.argmax(axis=1), np.arange(len(labels))
      right = predicted == labels
      shifted = logits.astype(np.float64)
      shifted -= shifted.max(axis=1, keepdims=True)  # a softmax is the same for shifted logits, and nothing overflows
      of_label = shifted[images, labels]
      sums = np.exp(shifted).sum(axis=1)
      found = {"accuracy": float(right.mean())}
      if len(CLASSES) > 5:
          own = logits[images, labels][:, None]
          earlier = np.arange(len(CLASSES)) < labels[:, None]
          better = (logits > own) | ((logits == own) & earlier)
          found["topFiveAccuracy"] = float((better.sum(axis=1) < 5).mean())
      # F1 of each class is 2 right / (answered + present); a class that is neither answered nor present has none.
      counts = [np.bincount(each, minlength=len(CLASSES)) for each in (labels[right], predicted, labels)]
      with np.errstate(invalid="ignore"):
          found["macroF1"] = float(np.nanmean(2 * counts[0] / (counts[1] + counts[2])))
      found["loss"] = float((np.log(sums) - of_label).mean())
      # Expected calibration error: how far confidence is from being right, in 15 bins of confidence.
      confidences = 1 / sums
      bins = np.digitize(confidences, np.linspace(0, 1, 16)[1:-1], right=True)
      sums_right, sums_sure = (np.bincount(bins, each, minlength=15) for each in (right, confidences))
      found["calibrationError"] = float(np.abs(sums_right - sums_sure).sum() / len(labels))
      return found`

/** Writes the digest of a model's tensors, which twintune calls modelDigest. */
export const fingerprintSection = py`
  def fingerprint(tensors: dict[str, np.ndarray]) -> str:
      """The SHA-256 of tensors: the same number means the same model to the last bit."""
      digest = hashlib.sha256()
      for name in sorted(tensors):
          digest.update(f"{name}{tensors[name].dtype.str}{tensors[name].shape}".encode())
          digest.update(tensors[name].tobytes())
      return digest.hexdigest()`
