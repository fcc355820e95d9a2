import { appendFileSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

const { DefaultArtifactClient } = createRequire('/opt/client/')('@actions/artifact')
const input = (name) => process.env[`INPUT_${name.toUpperCase()}`] ?? ''

// What the project asks of itself, wherever it uploads.
if (input('if-no-files-found') !== 'error') throw new Error('an upload of nothing is not an error')
if (input('retention-days') !== '7') throw new Error(`kept for ${input('retention-days')} days, not 7`)

const path = resolve(input('path'))
const isFolder = statSync(path).isDirectory()
const files = isFolder
  ? readdirSync(path, { recursive: true }).map((name) => join(path, name)).filter((file) => statSync(file).isFile())
  : [path]
if (files.length === 0) throw new Error(`${path} holds no files`)
const options = { retentionDays: 7, compressionLevel: Number(input('compression-level')) }
const uploaded = await new DefaultArtifactClient().uploadArtifact(
  input('name'), files, isFolder ? path : dirname(path), options)
appendFileSync(process.env.GITHUB_OUTPUT, `artifact-id=${uploaded.id}\nartifact-digest=${uploaded.digest ?? ''}\n`)
console.log(`uploaded ${files.length} files as ${input('name')}`)
process.exit(0)
