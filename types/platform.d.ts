// What the platform-neutral packages may use of their platform: the part that Node, browsers and workers share.
// Whatever is missing here (`process`, `Buffer`, `document`) is a type error in them, which keeps them portable.
// Compiled only with those packages; users get these names from their own platform's types.

interface TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number }
}
declare var TextEncoder: { new (): TextEncoder; prototype: TextEncoder }

interface TextDecoder {
  decode(input?: Uint8Array, options?: { stream?: boolean }): string
}
declare var TextDecoder: {
  new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoder
  prototype: TextDecoder
}

interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
  throwIfAborted(): void
}
declare var AbortSignal: { prototype: AbortSignal }

interface AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}
declare var AbortController: { new (): AbortController; prototype: AbortController }

declare function queueMicrotask(task: () => void): void
declare function structuredClone<T>(value: T): T
declare function btoa(binary: string): string
declare function atob(base64: string): string

interface Console {
  warn(...data: unknown[]): void
  error(...data: unknown[]): void
}
declare var console: Console

// The environment module of core is the only one that may use what follows; check-layers sees to it.
interface SyncroTimer {
  unref?(): unknown
}
declare function setTimeout(task: () => void, delayMs?: number): SyncroTimer
declare function clearTimeout(timer: SyncroTimer | undefined): void
declare function setInterval(task: () => void, delayMs?: number): SyncroTimer
declare function clearInterval(timer: SyncroTimer | undefined): void

declare var crypto: { getRandomValues<T extends Uint8Array | Uint32Array>(array: T): T }
declare var performance: { now(): number }
