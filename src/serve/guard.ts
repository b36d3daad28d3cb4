import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import os from 'node:os'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { NONCE, type SecureHeadersVariables, secureHeaders } from 'hono/secure-headers'

/** App whose answers have a nonce for their scripts and styles. */
export type GuardedApp = Hono<{ Variables: SecureHeadersVariables }>

/** Makes the token that the address of a page holds: who has it may see the page. */
export function createToken(): string {
  return randomBytes(24).toString('base64url')
}

const parameter = 'token'
const secondsOfCookie = 30 * 24 * 3600

/**
 * Creates an app that answers nobody but those who have the token.
 *
 * @param host - Address that the server listens on.
 * @param origin - Beginning of the address that is printed, without the token.
 */
export function createGuardedApp({
  token,
  host,
  origin,
}: {
  readonly token: string
  readonly host: string
  readonly origin: string
}): GuardedApp {
  const app: GuardedApp = new Hono()
  app.use(securityHeaders(), requireKnownHost(host, origin), requireToken(token))
  app.notFound((context) => context.text('There is no such page.', 404))
  app.onError((error, context) => context.text(`The page can't be shown: ${error.message}`, 500))
  return app
}

/** Requires that a request comes from a page of this server: another site's form or script names its own origin. */
export function requireSameOrigin(): MiddlewareHandler {
  return async (context, next) => {
    const origin = context.req.header('Origin')
    const isSame = origin !== undefined && parse(origin)?.host === context.req.header('Host')
    return isSame ? next() : context.text('Only a page of this server may ask for this.', 403)
  }
}

function securityHeaders(): MiddlewareHandler {
  const headers = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: [NONCE],
      styleSrcElem: [NONCE],
      // The charts' elements have their colours in attributes.
      styleSrcAttr: ["'unsafe-inline'"],
      imgSrc: ['data:'],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    // The address that is opened first holds the token.
    referrerPolicy: 'no-referrer',
    strictTransportSecurity: false,
    xFrameOptions: 'DENY',
  })
  return async (context, next) => {
    await headers(context, next)
    context.header('Cache-Control', 'no-store')
  }
}

// A site whose name was made to lead here, after a browser had taken its page, is still told by the name in the request.
function requireKnownHost(host: string, origin: string): MiddlewareHandler {
  const isName = namesOf(host)
  return async (context, next) => {
    const asked = parse(`http://${context.req.header('Host') ?? ''}`)?.hostname
    return asked !== undefined && isName(asked)
      ? next()
      : context.text(
          `This server is not known by that name. Open the address that twintune printed: it begins with ${origin}/.`,
          403,
        )
  }
}

function requireToken(token: string): MiddlewareHandler {
  return async (context, next) => {
    const { pathname, port, searchParams } = new URL(context.req.url)
    // Browsers keep the cookies of all ports of a host together.
    const cookie = `twintune-${port || '80'}`
    const given = searchParams.get(parameter)
    if (given === null) return isSame(getCookie(context, cookie), token) ? next() : refuse(context)
    if (!isSame(given, token)) return refuse(context)
    setCookie(context, cookie, token, {
      path: '/',
      httpOnly: true,
      // A browser takes the printed address in a chat or a web terminal for a link of another site: with 'Strict', the page
      // that the redirect leads to would be asked for without the cookie.
      sameSite: 'Lax',
      maxAge: secondsOfCookie,
    })
    searchParams.delete(parameter)
    // A browser would take `//name` for the address of another site.
    const here = pathname.replace(/^\/+/, '/')
    return context.redirect(searchParams.size === 0 ? here : `${here}?${searchParams}`)
  }
}

function refuse(context: Context): Response {
  return context.text(
    'Open the address that twintune printed: it holds the token without which nothing is shown.',
    403,
  )
}

/** Compares in a time that tells nothing of where two texts part. */
function isSame(given: string | undefined, expected: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return given !== undefined && timingSafeEqual(hash(given), hash(expected))
}

/** Returns whether a browser may know the server by a name. */
function namesOf(host: string): (name: string) => boolean {
  const isEverywhere = host === '0.0.0.0' || host === '::'
  const ofMachine = Object.values(os.networkInterfaces()).flatMap((addresses = []) =>
    addresses.map(({ address }) => address),
  )
  const named = isEverywhere ? [os.hostname(), ...ofMachine] : [host]
  const local = ['localhost', '127.0.0.1', '::1']
  const names = new Set(
    [...local, ...named].flatMap((name) => parse(`http://${bracketed(name)}`)?.hostname ?? []),
  )
  // A machine is known by its name in several domains, which it need not know itself.
  const machine = firstLabel(os.hostname().toLowerCase())
  return (name) => names.has(name) || (isEverywhere && firstLabel(name) === machine)
}

function firstLabel(name: string): string | undefined {
  return name.split('.')[0]
}

/** Writes a host as an address of the web has it: IPv6 in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function parse(address: string): URL | undefined {
  return URL.canParse(address) ? new URL(address) : undefined
}
