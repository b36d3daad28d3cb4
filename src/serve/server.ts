import type { Server } from 'node:http'
import os from 'node:os'
import { createAdaptorServer } from '@hono/node-server'
import { hasCode, TwintuneError } from '../failure.js'
import { bracketed, createGuardedApp, createToken, type GuardedApp } from './guard.js'

/** Address that a server listens on. */
export interface ServerAddress {
  /** Host name or address, such as `127.0.0.1`. */
  readonly host: string
  /** Port; 0 for any that is free. */
  readonly port: number
}

/** Server that listens. */
export interface RunningServer {
  /** Address for a browser, with the token. */
  readonly url: string
  /**
   * Ends the server.
   *
   * @param milliseconds - Time that answers which are under way have to go out.
   */
  close(milliseconds: number): Promise<void>
}

/**
 * Starts a server of pages.
 *
 * @param addPages - Adds the pages to the app, which lets nobody through who has no token.
 * @throws TwintuneError ADDRESS_UNAVAILABLE where the server can't listen there.
 */
export async function startServer(
  { host, port }: ServerAddress,
  addPages: (app: GuardedApp) => void,
): Promise<RunningServer> {
  const token = createToken()
  // The app names the port, which is known once the server listens.
  const server = createAdaptorServer({ fetch: (...request) => app.fetch(...request) }) as Server
  await listen(server, { host, port })
  const { port: taken } = server.address() as { readonly port: number }
  const origin = `http://${bracketed(reachable(host))}:${taken}`
  const app = createGuardedApp({ token, host, origin })
  addPages(app)
  return {
    url: `${origin}/?token=${token}`,
    close: (milliseconds) => close(server, milliseconds),
  }
}

function listen(server: Server, { host, port }: ServerAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on('error', (error) => reject(explain(error, { host, port })))
    server.listen(port, host, resolve)
  })
}

function explain(error: Error, { host, port }: ServerAddress): Error {
  const place = `port ${port} of ${host}`
  const fail = (message: string, hint: string) =>
    new TwintuneError({
      code: 'ADDRESS_UNAVAILABLE',
      message,
      hint,
      cause: { type: error.name, message: error.message, detail: error.stack ?? '' },
    })
  if (hasCode(error, 'EADDRINUSE'))
    return fail(
      `Another program listens on ${place}.`,
      '--port names another one; without it, any free port is taken.',
    )
  if (hasCode(error, 'EACCES'))
    return fail(`You may not listen on ${place}.`, '--port names another one, from 1024 up.')
  return fail(`Nothing can listen on ${place}: ${error.message}.`, '--host names an address of this machine.')
}

function reachable(host: string): string {
  return host === '0.0.0.0' || host === '::' ? os.hostname() : host
}

async function close(server: Server, milliseconds: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  // A connection that a browser keeps for later requests is closed once its answer has gone out.
  const closing = setInterval(() => server.closeIdleConnections(), 50)
  const late = setTimeout(() => server.closeAllConnections(), milliseconds)
  await closed
  clearInterval(closing)
  clearTimeout(late)
}
