import { imageEndings } from '../image-endings.js'
import { beginsWith, type ScriptPlan } from './plan.js'
import { joinBlocks, joinLines, literal, py } from './python-text.js'

/** Writes the reading of the images, their division among the splits, and their decoding. */
export function dataSection(plan: ScriptPlan): string {
  const { dataset } = plan
  const readers = { parquet: readParquet, imagefolder: readFolder, csv: readCsv }
  return joinBlocks(
    py`
      class Table(NamedTuple):
          """Encoded images, each with the name of its class and an identity that tells it from all others."""

          images: list[bytes]
          names: list[str]
          identities: list[str]
          classes: list[str]`,
    readers[dataset.source](plan),
    loadFunction(plan),
    beginsWith(plan, 'features')
      ? py`
        @dataclass
        class Split:
            """The images of one split, encoded, with the numbers of their classes."""

            images: list[bytes]
            labels: np.ndarray
            identities: list[str]
            features: np.ndarray | None = None  # what the frozen backbone makes of the images`
      : py`
        class Split(NamedTuple):
            """The images of one split, encoded, with the numbers of their classes."""

            images: list[bytes]
            labels: np.ndarray
            identities: list[str]`,
    py`
      def select(table: Table, chosen: np.ndarray | bool = True) -> Split:
          """The chosen images of a table, in its order; all of them if none are chosen."""
          at = np.flatnonzero(np.broadcast_to(chosen, len(table.images)))
          labels = np.array([CLASSES.index(table.names[index]) for index in at])
          return Split([table.images[index] for index in at], labels, [table.identities[index] for index in at])`,
    isDivided(plan) && placeFunction(plan),
    `${givenPlaces(plan)}\n\n${divide(plan)}`,
    decode,
  )
}

const readParquet = ({ dataset }: ScriptPlan): string => {
  if (dataset.source !== 'parquet') return ''
  const image = literal(dataset.imageColumn)
  const label = literal(dataset.labelColumn)
  return joinBlocks(
    py`
      def read(file: Path) -> Table:
          """Reads a parquet file with a column of encoded images and one of classes, as Hugging Face's datasets have them."""
          table = pyarrow.parquet.read_table(file, columns=[${image}, ${label}])
          # The names of the classes, and whether images have paths of their own, stand in the file's metadata.
          described = json.loads((table.schema.metadata or {}).get(b"huggingface", "{}"))
          features = described.get("info", {}).get("features", {})
          cells = table.column(${image}).to_pylist()
          images = [cell if isinstance(cell, bytes) else cell["bytes"] for cell in cells]
          paths = [cell["path"] or "" for cell in cells] if features.get(${image}, {}).get("_type") == "Image" else []
          values = table.column(${label}).to_pylist()
          listed = features.get(${label}, {}).get("names")
          names = [listed[value] if listed else str(value) for value in values]
          return Table(images, names, identify(images, paths), listed or [str(value) for value in sorted(set(values))])`,
    py`
      def identify(images: list[bytes], paths: list[str]) -> list[str]:
          """The identities of images: their paths, or a hash of their bytes where a path is missing or there twice."""
          if paths and "" not in paths and len(set(paths)) == len(paths):
              return paths
          contents = [hashlib.sha256(image).hexdigest() for image in images]
          seen = Counter()
          identities = []
          for content in contents:
              identities.append(f"{content}#{seen[content]}" if seen[content] else content)
              seen[content] += 1
          return identities`,
  )
}

const readFolder = (): string => py`
  ENDINGS = ${literal(imageEndings)}


  def read(folder: Path) -> Table:
      """Reads the images below a folder that has a folder for each class."""
      files = [file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS and file.parent != folder]
      # Macs write an é as two characters: in this form a name is the same on every machine.
      paths = {unicodedata.normalize("NFC", file.relative_to(folder).as_posix()): file for file in files}
      shown = [path for path in paths if not any(part.startswith(".") for part in path.split("/"))]
      identities = sorted(shown, key=lambda path: (path.split("/")[0], path))
      names = [path.split("/")[0] for path in identities]
      return Table([paths[path].read_bytes() for path in identities], names, identities, sorted(set(names)))`

const readCsv = ({ dataset }: ScriptPlan): string => {
  if (dataset.source !== 'csv') return ''
  return py`
    def read(file: Path) -> Table:
        """Reads the images that a CSV file lists, by paths from the file's own folder."""
        with open(file, encoding="utf-8-sig", newline="") as text:
            rows = list(csv.DictReader(text))
        paths = [os.path.normpath(row[${literal(dataset.pathColumn)}].strip()) for row in rows]
        names = [row[${literal(dataset.labelColumn)}].strip() for row in rows]
        return Table([(file.parent / path).read_bytes() for path in paths], names, paths, sorted(set(names)))`
}

/** Splits that have a file or folder of their own. */
function placesOf({ dataset }: ScriptPlan) {
  return (['train', 'validation', 'test'] as const).filter((split) => Boolean(dataset[split]))
}

function loadFunction(plan: ScriptPlan): string {
  const options = placesOf(plan).map((split) => `--${split}`)
  const others = options.length === 1 ? `${options[0]} names another` : `${options.join(' and ')} name others`
  return py`
    def load(source: Path) -> Table:
        """The images of a file or folder. Where there are none, the script ends."""
        if not source.exists():
            raise SystemExit(f"{source.resolve()} is not there. ${others}.")
        table = read(source)
        if not table.images:
            raise SystemExit(f"{source.resolve()} holds no images. ${others}.")
        return table`
}

/** Writes the options by which a script that was moved is told where the images are. */
function givenPlaces(plan: ScriptPlan): string {
  const kind = plan.dataset.source === 'imagefolder' ? 'DIR' : 'FILE'
  const options = placesOf(plan).map(
    (split) =>
      `parser.add_argument("--${split}", type=Path, default=${split.toUpperCase()}, metavar="${kind}", help="default: %(default)s")`,
  )
  return joinLines('parser = argparse.ArgumentParser()', ...options, 'args = parser.parse_args()')
}

function isDivided({ dataset }: ScriptPlan): boolean {
  return !dataset.test || (!dataset.validation && dataset.validationFraction > 0)
}

function placeFunction({ settings: { seeds } }: ScriptPlan): string {
  const salted = seeds.split === null ? 'identity' : 'f"{SPLIT_SEED} {identity}"'
  return py`
    def place(identity: str) -> float:
        """A number in [0, 1) that depends on the image alone, so that new images move no old one to another split."""
        return int.from_bytes(hashlib.sha256(${salted}.encode()).digest()[:8], "big") / 2**64`
}

function divide(plan: ScriptPlan): string {
  const { dataset } = plan
  const hasFraction = !dataset.validation && dataset.validationFraction > 0
  const byPlace = [
    !dataset.test && 'places < TEST_FRACTION',
    hasFraction &&
      (dataset.test
        ? 'places < VALIDATION_FRACTION'
        : '(places >= TEST_FRACTION) & (places < TEST_FRACTION + VALIDATION_FRACTION)'),
  ] as const
  const [ofTest, ofValidation] = byPlace
  const apart = [ofTest && 'is_test', ofValidation && 'is_validation'].filter(Boolean).join(' | ')
  return joinLines(
    'given = load(args.train)',
    'CLASSES = given.classes',
    apart && 'places = np.array([place(identity) for identity in given.identities])',
    ofTest && `is_test = ${ofTest}`,
    ofValidation && `is_validation = ${ofValidation}`,
    apart ? `train = select(given, ~(${apart}))`.replace(/~\((\w+)\)/, '~$1') : 'train = select(given)',
    ofValidation && 'validation = select(given, is_validation)',
    dataset.validation && `validation = ${wholeSplit('validation')}`,
    ofTest ? 'test = select(given, is_test)' : `test = ${wholeSplit('test')}`,
    apart && checkClasses(plan),
  )
}

function wholeSplit(split: 'validation' | 'test'): string {
  return `select(load(args.${split}))`
}

function checkClasses(plan: ScriptPlan): string {
  const splits = ['train', hasValidation(plan) && 'validation', 'test'].filter(Boolean).join(', ')
  return py`
    for split in (${splits}):
        # twintune moves images of a class that is so small that chance leaves it out of a split; this script doesn't.
        if len(set(split.labels)) < len(set(given.names)):
            raise SystemExit("A class has too few images for all splits: add some, or give each split its own file.")`
}

/** Whether there are validation images. */
export function hasValidation({ dataset }: ScriptPlan): boolean {
  return Boolean(dataset.validation) || dataset.validationFraction > 0
}

const decode = py`
  def decode(encoded: bytes) -> Image.Image:
      """Decodes an image to 8-bit RGB."""
      image = ImageOps.exif_transpose(Image.open(io.BytesIO(encoded)))  # upright, as the camera was held
      if image.mode.startswith("I"):  # 16 bits: the upper byte, where Pillow would clip all to white
          image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
      if image.has_transparency_data:  # on white: the colour behind transparency is whatever an editor left there
          image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
      return image.convert("RGB")`
