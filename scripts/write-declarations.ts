import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'
import ts from 'typescript'
import { z } from 'zod'
import { printShapes, type Shape } from './print-shapes.js'

// Writes dist/index.d.ts and dist/schemas.d.ts. tsc alone would describe every public type by way of zod; here each
// `z.output<typeof schema>` becomes an interface that is written from the schema, with its descriptions, and all is
// bundled, so that whoever uses the package needs the types of no other one.
//
// Why the public types are not simply zod's:
// - An inferred type carries no descriptions, so that an editor would explain no field and no default.
// - A name that a schema reads from a file, as the backbones' are, is any `string` to tsc, which would accept a misspelt one.
// - A plain tsc refuses zod's own declarations, which name `URL` without the types of a browser or of Node.
// - A program of sixty lines would have 96,000 types instead of 4,000, and take tsc five times as long.

const root = fileURLToPath(new URL('..', import.meta.url))

/** How tsc prints a type that is inferred from a schema, and the comment above it. */
const inferredType =
  /(?:^\/\*\*(?<comment>(?:(?!\*\/)[\s\S])*)\*\/\n)?^export type (?<name>\w+) = z\.(?<io>input|output)<typeof (?<schema>\w+)>;$/gm

const formatHost: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => root,
  getNewLine: () => '\n',
}

const emitted = await mkdtemp(path.join(root, 'dist', 'declarations-'))
try {
  emitDeclarations(emitted)
  await replaceInferredTypes(emitted)
  await bundleDeclarations(emitted)
} finally {
  await rm(emitted, { recursive: true })
}

/** Makes tsc's declarations, a file for each source. */
function emitDeclarations(outDir: string): void {
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const entries = ['src/index.ts', 'src/schemas.ts'].map((file) => path.join(root, file))
  const program = ts.createProgram(entries, {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: true,
    rootDir: root,
    outDir,
  })
  const { diagnostics } = program.emit()
  if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, formatHost))
}

/** Replaces each `export type Name = z.output<typeof schema>` by the type written out. */
async function replaceInferredTypes(folder: string): Promise<void> {
  const shapes: Shape[] = []
  for (const file of await declarationFiles(folder)) {
    const text = await readFile(file, 'utf8')
    const module = path.relative(folder, file).replace(/\.d\.ts$/, '.ts')
    const found = await shapesOf(module, text)
    if (found.size === 0) continue
    shapes.push(...found.values())
    const names = [...found.values()].map((shape) => shape.name).join(', ')
    const home = path.relative(path.dirname(file), path.join(folder, 'shapes.js'))
    const rest = [...found.keys()].reduce((left, declaration) => left.replace(declaration, ''), text)
    await writeFile(file, `import type { ${names} } from './${home}'\nexport type { ${names} }\n${rest}`)
  }
  await writeFile(path.join(folder, 'shapes.d.ts'), await printShapes(shapes))
}

async function declarationFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true })
  return entries.filter((entry) => entry.endsWith('.d.ts')).map((entry) => path.join(folder, entry))
}

/** The inferred types of one module by their declaration, each with the schema that the module exports for it. */
async function shapesOf(module: string, declarations: string): Promise<Map<string, Shape>> {
  const shapes = new Map<string, Shape>()
  const matches = [...declarations.matchAll(inferredType)]
  if (matches.length === 0) return shapes
  const exported: Record<string, unknown> = await import(pathToFileURL(path.join(root, module)).href)
  for (const { 0: declaration, groups: { comment, name, io, schema: schemaName } = {} } of matches) {
    const schema = exported[schemaName ?? '']
    // A schema that its module keeps to itself is of no public type; were it one, the check of the bundle would say so.
    if (!name || !(schema instanceof z.ZodType)) continue
    const description = comment?.replace(/^ *\* ?/gm, '').trim()
    shapes.set(declaration, { name, schema, io: io === 'input' ? 'input' : 'output', description })
  }
  return shapes
}

/** Makes a file for each entry, holding what is reachable from its exports and nothing else. */
async function bundleDeclarations(folder: string): Promise<void> {
  const bundle = await rollup({
    input: { index: path.join(folder, 'src/index.d.ts'), schemas: path.join(folder, 'src/schemas.d.ts') },
    external: (id) => !id.startsWith('.') && !path.isAbsolute(id),
    plugins: [dts()],
  })
  const { output } = await bundle.write({
    dir: path.join(root, 'dist'),
    entryFileNames: '[name].d.ts',
    chunkFileNames: 'types.d.ts',
    minifyInternalExports: false,
  })
  for (const file of output) {
    if (file.type !== 'chunk') continue
    const foreign = file.imports.filter((name) => !name.endsWith('.d.ts'))
    if (file.name === 'schemas' ? foreign.some((name) => name !== 'zod') : foreign.length > 0)
      throw new Error(
        `${file.fileName} names types of ${foreign.join(', ')}, so its users would need them too.`,
      )
  }
}
