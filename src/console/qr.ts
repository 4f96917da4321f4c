/** A link as a QR code, drawn here: no service learns the address. Level M survives a smudge and keeps the squares large enough for print. */
import { encode } from "uqr";
import { type Html, trusted } from "../lib/markup.ts";

/** An SVG of black squares on white whatever the theme: cameras want the contrast. Throws for a text no QR code can hold (over 2,331 bytes). */
export function qrCode(text: string): Html {
  const { size, data } = encode(text, { ecc: "M", border: 4 });
  const squares = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return trusted(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" class="qr" role="img" aria-label="QR" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path fill="#000" d="${squares.join("")}"/></svg>`,
  );
}
