/** Currency words, symbols and numbers (ISO 4217) to upper-case codes. Beside an amount only known ones count, since a word there may be anything; in
 *  a field of its own any three to five letters do. «¥» is read as yen; a bare «$» as US dollars. */
const WORDS: Readonly<Record<string, string>> = {
  "₽": "RUB",
  р: "RUB",
  руб: "RUB",
  rur: "RUB",
  rub: "RUB",
  "643": "RUB",
  "810": "RUB",
  $: "USD",
  us$: "USD",
  usd: "USD",
  долл: "USD",
  "840": "USD",
  "€": "EUR",
  eur: "EUR",
  евро: "EUR",
  "978": "EUR",
  "£": "GBP",
  gbp: "GBP",
  "₸": "KZT",
  тг: "KZT",
  тенге: "KZT",
  "398": "KZT",
  kzt: "KZT",
  "₴": "UAH",
  грн: "UAH",
  "980": "UAH",
  uah: "UAH",
  "₺": "TRY",
  try: "TRY",
  "₹": "INR",
  inr: "INR",
  "¥": "JPY",
  сум: "UZS",
  uzs: "UZS",
  бел: "BYN",
  "933": "BYN",
  byn: "BYN",
  usdt: "USDT",
  xtr: "XTR",
};

/** In every case and number: «рублей», «доллара», `euros`. */
const STEMS = /^(?:(рубл|ro?ubl)|(доллар|(?:us )?dollar)|(euro)|(грив))\p{L}{0,3}$/u;
const STEM_CODES = ["RUB", "USD", "EUR", "UAH"];

const CODES = new Set(
  "AED AMD ARS AUD AZN BDT BRL BYN CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GEL HKD HUF IDR ILS INR JPY KES KGS KRW KZT MDL MNT MXN MYR NGN NOK NZD PEN PHP PKR PLN RON RSD RUB SEK SGD THB TJS TMT TRY TWD TZS UAH UGX USD USDC USDT UZS VND XAF XOF ZAR BTC ETH TON TRX".split(
    " ",
  ),
);

/** The code of a currency as someone wrote it beside an amount; null when it is none we know. */
export function knownCurrency(text: string): string | null {
  const word = text.trim().toLowerCase().replaceAll(".", "");
  if (Object.hasOwn(WORDS, word)) return WORDS[word] ?? null;
  const stem = STEMS.exec(word)
    ?.slice(1)
    .findIndex((found) => found !== undefined);
  const code = stem === undefined ? word.toUpperCase() : (STEM_CODES[stem] ?? "");
  return CODES.has(code) ? code : null;
}

/** The code in a currency field: any 3–5 letters will do there. */
export function readCurrency(text: string): string | null {
  const code = text.trim().toUpperCase();
  return knownCurrency(text) ?? (/^[A-Z]{3,5}$/.test(code) && code !== "NULL" && code !== "NONE" ? code : null);
}
