// official-client.mjs NODE_MODULES OUT WAY
//
// Lists a run's artifacts and downloads them as actions/download-artifact does,
// each into a folder of its name, by `results` or by `rest`; then prints what
// was listed as JSON.
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [nodeModules, out, way] = process.argv.slice(2)
const library = join(resolve(nodeModules), '@actions/artifact/lib/artifact.js')
const { DefaultArtifactClient } = await import(pathToFileURL(library))

const [repositoryOwner, repositoryName] = process.env.GITHUB_REPOSITORY.split('/')
const workflowRunId = Number(process.env.GITHUB_RUN_ID)
const findBy = { token: process.env.GITHUB_TOKEN, workflowRunId, repositoryOwner, repositoryName }
const options = way === 'rest' ? { findBy } : {}

const client = new DefaultArtifactClient()
const { artifacts } = await client.listArtifacts(options)
for (const { id, name, digest } of artifacts) {
  const path = join(out, name)
  const { digestMismatch } = await client.downloadArtifact(id, { ...options, path, expectedHash: digest })
  if (digestMismatch) throw new Error(`${name} came with another digest`)
}
console.log('\n' + JSON.stringify(artifacts))
process.exit(0)
