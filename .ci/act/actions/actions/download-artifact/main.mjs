import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const { DefaultArtifactClient } = createRequire('/opt/client/')('@actions/artifact')
const input = (name) => process.env[`INPUT_${name.toUpperCase()}`] ?? ''

await new DefaultArtifactClient().downloadArtifact(Number(input('artifact-ids')), { path: resolve(input('path')) })
process.exit(0)
