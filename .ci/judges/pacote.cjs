// Which package npm would publish a tarball as: `node pacote.cjs PACOTE CACHE`, a path a line on stdin,
// a line of JSON each on stdout: the name, or null if there is nothing to publish.
const [, , pacotePath, cache] = process.argv
const pacote = require(pacotePath)

// Some errors of a stream are thrown past every promise.
let fail = () => {}
process.on('uncaughtException', error => fail(error))

async function main () {
  const paths = require('node:fs').readFileSync(0, 'utf8').split('\n').filter(Boolean)
  for (const path of paths) {
    let name = null
    try {
      const failed = new Promise((_resolve, reject) => { fail = reject })
      const read = pacote.manifest(`file:${path}`, { cache, fullMetadata: true, fullReadJson: true })
      const manifest = await Promise.race([read, failed])
      if (manifest.name && manifest.version && !manifest.private) name = manifest.name
    } catch (error) {
      // What pacote cannot read, npm does not publish.
      console.error(`${path}: ${error.message}`)
    }
    console.log(JSON.stringify(name))
  }
}

main()
