/** Figures for whoever asks for them: with SYNCRO_REPORT set they are printed. */
export function report(what: string, figures: object): void {
  if (process.env['SYNCRO_REPORT'] !== undefined) console.log(what, JSON.stringify(figures, undefined, 2))
}
