// Runs before `npm start` and `npm test`, under whatever Node is there (20.19 or newer): plain CommonJS, nothing imported
// that would have to be installed first. Installs what package-lock.json names unless that has happened already.
'use strict'
const { execFileSync } = require('node:child_process')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
const packagesIn = (...path) => JSON.parse(readFileSync(join(root, ...path), 'utf8')).packages

/** Packages for other machines are in the lockfile too, but npm leaves them out. */
const isNeededHere = ({ optional, os, cpu, libc }) =>
  optional !== true ||
  (libc === undefined && os?.includes(process.platform) === true && cpu?.includes(process.arch) === true)

/** npm keeps a copy of what it has installed; whatever differs from the lockfile was changed since. */
function whatIsMissing() {
  const wanted = Object.entries(packagesIn('package-lock.json')).filter(([path]) => path !== '')
  let installed
  try {
    installed = packagesIn('node_modules', '.package-lock.json')
  } catch {
    return 'The dependencies are not installed yet'
  }
  const isStale = ([path, locked]) =>
    installed[path] === undefined ? isNeededHere(locked) : installed[path].version !== locked.version
  return wanted.some(isStale) ? 'The dependencies have changed' : undefined
}

function install() {
  const npm = process.env.npm_execpath
  const options = { cwd: root, stdio: 'inherit' }
  const flags = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  if (npm === undefined) execFileSync('npm', flags, { ...options, shell: process.platform === 'win32' })
  // Not the Node in node_modules, which npm ci replaces.
  else execFileSync(process.env.npm_node_execpath ?? process.execPath, [npm, ...flags], options)
}

const reason = whatIsMissing()
if (reason !== undefined) {
  console.log(`${reason}: running npm ci, which takes a minute …`)
  try {
    install()
  } catch {
    console.error('npm ci failed; its own lines above say why.')
    process.exit(1)
  }
}
