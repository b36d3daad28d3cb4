import { type FromChild, type ToChild, toChildSchema } from './ipc.js'
import { signalGroup } from './process-group.js'
import { describeBridgeError, PythonBridge } from './python-bridge.js'

// The entry of a worker's Node process: it stands between its parent's IPC channel and one Python. Its argument is
// the Python module to load. It leads a process group of its own, to which Python and Python's children belong.

let cancelled = false
let waitsAfter: string | undefined
/** Function that has Python go on where it waits after a report. */
let goOn: (() => void) | undefined

process.on('SIGINT', () => {}) // Ctrl-C is the parent's to handle.
process.on('disconnect', endGroup)

const python = new PythonBridge(process.argv[2] ?? '')
python.ended.then((end) => send({ type: 'python-ended', end }))

process.on('message', (message) => receive(toChildSchema.parse(message)))
if (!process.connected) endGroup()

function receive(message: ToChild): void {
  switch (message.type) {
    case 'invoke':
      waitsAfter = message.waitsAfter
      void invoke(message.name, message.payload)
      break
    case 'cancel':
      cancelled = true
      goOn?.()
      break
    case 'go-on':
      goOn?.()
      break
    case 'stop':
      void stop()
      break
  }
}

async function invoke(name: string, payload: string): Promise<void> {
  cancelled = false
  try {
    const reply = await python.invoke(name, payload, report)
    if (reply !== undefined) send({ type: 'reply', payload: reply })
  } catch (error) {
    send({ type: 'bridge-failed', message: describeBridgeError(error) })
  }
}

/** Passes a progress report on and says whether Python should go on. An empty one only asks. */
function report(payload: string): boolean | Promise<boolean> {
  if (payload !== '') send({ type: 'progress', payload })
  if (cancelled || waitsAfter === undefined || !payload.startsWith(waitsAfter)) return !cancelled
  return new Promise((resolve) => {
    goOn = () => resolve(!cancelled)
  })
}

async function stop(): Promise<void> {
  await python.stop()
  process.off('disconnect', endGroup)
  process.disconnect()
}

/** Ends the worker and everything that it started, since without its parent it has nothing left to do. */
function endGroup(): void {
  signalGroup(process.pid, 'SIGKILL')
}

/** Sends a message to the parent. It never throws: a channel that is closing is reported by `disconnect`. */
function send(message: FromChild): void {
  process.send?.(message, undefined, undefined, () => {})
}
