// zip-artifact.mjs NODE_MODULES FOLDER ZIP LEVEL
//
// Packs a folder into a zip with the library and the options of
// actions/upload-artifact: written as a stream, so that sizes and CRCs stand
// behind each file's bytes and not before.
import { createWriteStream, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

const [nodeModules, folder, zip, level] = process.argv.slice(2)
const archiver = createRequire(join(resolve(nodeModules), 'x.js'))('archiver')

const archive = archiver('zip', { zlib: { level: Number(level) } })
const done = new Promise((end, fail) => {
  archive.on('error', fail)
  archive.on('warning', fail)
  archive.pipe(createWriteStream(zip)).on('close', end).on('error', fail)
})
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (entry.isDirectory()) continue
  const path = join(entry.parentPath ?? entry.path, entry.name)
  archive.file(path, { name: path.slice(folder.length + 1) })
}
await archive.finalize()
await done
