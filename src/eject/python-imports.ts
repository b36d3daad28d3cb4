/** Import of a script: its statement, and the names by which a script uses it. */
interface Import {
  readonly statement: string
  readonly uses: RegExp
}

const standardLibrary: readonly Import[] = [
  plain('argparse'),
  plain('contextlib'),
  plain('copy'),
  plain('csv'),
  plain('hashlib'),
  plain('importlib'),
  plain('io'),
  plain('itertools'),
  plain('json'),
  plain('math'),
  plain('os'),
  plain('tempfile'),
  plain('unicodedata'),
  from('collections', ['Counter']),
  from('collections.abc', ['Callable', 'Iterator', 'Sequence']),
  from('concurrent.futures', ['ThreadPoolExecutor']),
  from('dataclasses', ['dataclass']),
  from('pathlib', ['Path']),
  from('typing', ['NamedTuple']),
].flat()

const packages: readonly Import[] = [
  plain('keras'),
  { statement: 'import keras_hub', uses: /\bkeras_hub\.models\b/ },
  { statement: 'import numpy as np', uses: /\bnp\./ },
  { statement: 'import pyarrow.parquet', uses: /\bpyarrow\.parquet\./ },
  { statement: 'import tensorflow as tf', uses: /\btf\./ },
  plain('timm'),
  plain('torch'),
  plain('torchvision'),
  from('huggingface_hub', ['hf_hub_download']),
  from('keras_hub.src.utils.transformers.safetensor_utils', ['SafetensorLoader']),
  from('PIL', ['Image', 'ImageEnhance', 'ImageOps']),
  from('safetensors.numpy', ['save_file']),
  from('safetensors.torch', ['load_file']),
  from('torch', ['nn']),
  from('torch.nn', ['functional']),
  from('torch.utils.data', ['DataLoader', 'Dataset']),
  from('torchvision.transforms', ['v2']),
].flat()

/** Writes the imports that a script's code uses, in the order of isort. */
export function importsOf(code: string): string {
  // Words of comments and texts import nothing.
  const bare = code
    .replace(/"""[\s\S]*?"""/g, '')
    .replace(/#.*$/gm, '')
    .replace(/"[^"\n]*"/g, '""')
  return [['from __future__ import annotations'], used(standardLibrary, bare), used(packages, bare)]
    .filter((statements) => statements.length > 0)
    .map((statements) => statements.join('\n'))
    .join('\n\n')
}

function used(imports: readonly Import[], code: string): string[] {
  const found = imports.filter(({ uses }) => uses.test(code)).map(({ statement }) => statement)
  return merged(found)
}

// `from x import a` and `from x import b` are one statement.
function merged(statements: readonly string[]): string[] {
  const names = new Map<string, string[]>()
  for (const statement of statements) {
    const [module = '', name] = statement.split(' import ')
    names.set(module, [...(names.get(module) ?? []), ...(name === undefined ? [] : [name])])
  }
  return [...names].map(([module, found]) =>
    found.length === 0 ? module : `${module} import ${found.join(', ')}`,
  )
}

function plain(module: string): Import {
  return { statement: `import ${module}`, uses: new RegExp(`(?<![\\w.])${module}\\.`) }
}

function from(module: string, names: readonly string[]): Import[] {
  return names.map((name) => ({
    statement: `from ${module} import ${name}`,
    uses: new RegExp(`(?<![\\w.])${name}\\b`),
  }))
}
