/** What all plots share: colours for light and dark, text, and escaping. */

export const width = 720

const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .soft { fill: #59636e; font-size: 12px }
  .axis { stroke: #d1d9e0; stroke-width: 1; fill: none }
  .ours { fill: #0969da; stroke: #0969da }
  .peer { fill: #8c959f; stroke: #8c959f }
  .floor { fill: #d0d7de; stroke: #d0d7de }
  .range { stroke: #1f2328; stroke-width: 1.5; fill: none }
  .goal { stroke: #bc4c00; stroke-width: 1.5; stroke-dasharray: 4 3; fill: none }
  .goal-text { fill: #bc4c00; font-size: 12px }
  .line { fill: none; stroke-width: 2 }
  .s0 { stroke: #0969da } .s1 { stroke: #8250df } .s2 { stroke: #1a7f37 } .s3 { stroke: #bc4c00 } .s4 { stroke: #59636e }
  .p0 { fill: #0969da } .p1 { fill: #8250df } .p2 { fill: #1a7f37 } .p3 { fill: #bc4c00 } .p4 { fill: #59636e }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .soft { fill: #9198a1 }
    .axis { stroke: #3d444d }
    .ours { fill: #4493f8; stroke: #4493f8 }
    .peer { fill: #7d8590; stroke: #7d8590 }
    .floor { fill: #3d444d; stroke: #3d444d }
    .range { stroke: #e6edf3 }
    .goal { stroke: #f0883e }
    .goal-text { fill: #f0883e }
    .s0 { stroke: #4493f8 } .s1 { stroke: #ab7df8 } .s2 { stroke: #3fb950 } .s3 { stroke: #f0883e } .s4 { stroke: #9198a1 }
    .p0 { fill: #4493f8 } .p1 { fill: #ab7df8 } .p2 { fill: #3fb950 } .p3 { fill: #f0883e } .p4 { fill: #9198a1 }
  }
`

/** A whole drawing, with a name for those who do not see it. */
export function drawing(title: string, height: number, parts: readonly string[]): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`
  return `${[head, `<title>${escaped(title)}</title>`, `<style>${style}</style>`, ...parts, '</svg>'].join('\n')}\n`
}

export interface TextStyle {
  readonly kind?: string
  readonly anchor?: 'start' | 'middle' | 'end'
}

export function text(x: number, y: number, words: string, { kind = '', anchor = 'start' }: TextStyle = {}): string {
  return `<text x="${round(x)}" y="${round(y)}" class="${kind}" text-anchor="${anchor}">${escaped(words)}</text>`
}

export function line(kind: string, ...points: readonly (readonly [number, number])[]): string {
  return `<polyline class="${kind}" points="${points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')}"/>`
}

/** Tenths are as fine as anybody sees. */
export function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
