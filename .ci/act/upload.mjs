// upload.mjs FOLDER
//
// Uploads each sub-folder as an artifact of that name, by the client that
// actions/upload-artifact has inside.
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

const { DefaultArtifactClient } = createRequire('/opt/client/')('@actions/artifact')
const client = new DefaultArtifactClient()
const folder = resolve(process.argv[2])
for (const name of readdirSync(folder)) {
  const files = readdirSync(join(folder, name)).map((file) => join(folder, name, file))
  await client.uploadArtifact(name, files, join(folder, name), { retentionDays: 7 })
}
process.exit(0)
