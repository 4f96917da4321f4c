/** The look of documents that are read once and printed. */
export const PRINT_STYLE =
  "body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#111;background:#fff}" +
  "h1{font-size:1.4em}h2{font-size:1.1em;margin-top:2em}table{border-collapse:collapse;width:100%}" +
  "th,td{border:1px solid #ccc;padding:.35em .6em;text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#f6f6f6}";
