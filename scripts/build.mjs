// Bundles the command, the API, the worker's child and the script of the served pages into dist/. The types of the API come
// from write-declarations.ts.

import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))

// Each start of the command loads the first of these packages, and each report the charts. One bundled file loads faster
// than their hundreds of files, all of which Node opens at the same time: more than macOS lets a process do by default.
// Of them zod alone is a dependency too, since the types of dist/schemas.d.ts name it.
const bundled = [
  'zod',
  'yaml',
  'commander',
  'fastest-levenshtein',
  'picocolors',
  'echarts',
  'zrender',
  'tslib',
]
const { dependencies } = JSON.parse(await readFile('package.json', 'utf8'))

for (const file of await readdir('dist').catch(() => [])) if (file.endsWith('.js')) await rm(`dist/${file}`)
await build({
  entryPoints: {
    main: 'src/main.ts',
    index: 'src/index.ts',
    schemas: 'src/schemas.ts',
    'worker-child': 'src/worker/child.ts',
    'module-thread': 'src/spec/module-thread.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  // Chunks lie beside the entries, so that what is relative to `import.meta.url` holds in each of them.
  chunkNames: '[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Nothing is minified: Node prints the whole line that threw an uncaught error before the error itself.
  plugins: [{ name: 'zod-locales', setup: keepEnglishAlone }],
  external: Object.keys(dependencies).filter((name) => !bundled.includes(name)),
  // The CommonJS packages among the bundled ones ask for Node's modules by `require`.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
})
// The script of the served pages runs in the browser, so that it has a bundle of its own.
await build({
  entryPoints: { 'served-page': 'src/serve/client/served-page.ts' },
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
})
await chmod('dist/main.js', 0o755)
await writeFile('dist/THIRD-PARTY-LICENSES.txt', (await Promise.all(bundled.map(licenceOf))).join('\n'))

/** Leaves zod's messages in some fifty languages out: more than half of its text, and only English is ever shown. */
function keepEnglishAlone({ onLoad }) {
  onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
    contents: "export { default as en } from './en.js'",
    resolveDir: fileURLToPath(new URL('../node_modules/zod/v4/locales', import.meta.url)),
  }))
}

/** The licence of an installed package and its notices, under its name: a bundle must carry them along. */
async function licenceOf(name) {
  const folder = `node_modules/${name}`
  const files = (await readdir(folder)).filter((entry) => /^(licen[cs]e|copyright|notice)(\.|$)/i.test(entry))
  const texts = await Promise.all(files.map((file) => readFile(`${folder}/${file}`, 'utf8')))
  return [name, ...texts].join('\n\n')
}
