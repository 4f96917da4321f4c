/** The console's one stylesheet: system font, 1-px borders, no shadow, one accent; light and dark from the same variables; tables become cards on a
 *  phone. Served as a file of its own so that the policy can forbid inline styles. */
const LIGHT = `--bg:#fff;--soft:#f6f7f9;--line:#d9dde3;--text:#15191f;--dim:#5a6472;--accent:#2251cc;--onaccent:#fff;--tint:#e9effc;--ok:#17703a;--warn:#8a5300;--bad:#b3261e;--okbg:#e6f4ea;--warnbg:#fdf1dc;--badbg:#fbe9e7;color-scheme:light`;
const DARK = `--bg:#14171c;--soft:#1b1f26;--line:#343b46;--text:#e8ebf0;--dim:#a0a9b6;--accent:#8fb0ff;--onaccent:#0d1424;--tint:#1e2a45;--ok:#7bd49b;--warn:#f0bd6a;--bad:#ff9b92;--okbg:#16301f;--warnbg:#332714;--badbg:#3a1d1b;color-scheme:dark`;

export const STYLE = `:root{${LIGHT}}
@media(prefers-color-scheme:dark){:root:not([data-theme=light]){${DARK}}}
:root[data-theme=dark]{${DARK}}
*{box-sizing:border-box}
body{margin:0;font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums;background:var(--bg);color:var(--text)}
a{color:var(--accent);text-underline-offset:2px}a:not(:hover){text-decoration-color:color-mix(in srgb,currentColor 35%,transparent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-9999px}.skip:focus{left:8px;top:8px;background:var(--bg);padding:8px;z-index:9}
.app{display:grid;grid-template-columns:200px minmax(0,1fr);min-height:100vh}
.side{border-right:1px solid var(--line);background:var(--soft);padding:12px 8px;display:flex;flex-direction:column;gap:2px;position:sticky;top:0;height:100vh;overflow:auto}
.side b{flex:none;margin:4px 10px 10px;font-size:15px;max-height:66px;overflow:hidden;overflow-wrap:anywhere}
.side a{display:flex;gap:9px;align-items:center;padding:7px 10px;border-radius:8px;color:var(--text);text-decoration:none}
.side a:hover{background:var(--tint)}.side a[aria-current]{background:var(--tint);color:var(--accent);font-weight:600}
.side .n{margin-left:auto;background:var(--badbg);color:var(--bad);border-radius:8px;padding:0 6px;font-size:12px;font-weight:600}
.side form{margin-top:auto;display:flex;flex-wrap:wrap;gap:6px;padding:10px 4px 0}
svg.i{width:16px;height:16px;flex:none;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
main{padding:18px 22px 48px;max-width:1280px;width:100%;min-width:0;overflow-wrap:anywhere}
h1{font-size:20px;margin:0;line-height:1.25}h2{font-size:15px;margin:22px 0 8px}h3{font-size:14px;margin:0 0 6px}
p{margin:6px 0}.dim,small{color:var(--dim)}small{font-size:12.5px}
header.top{display:flex;flex-wrap:wrap;gap:8px 14px;align-items:center;margin-bottom:14px}header.top .r{margin-left:auto;display:flex;gap:8px;flex-wrap:wrap}
.box{border:1px solid var(--line);border-radius:8px;padding:12px 14px;background:var(--bg);min-width:0}
.box>:first-child{margin-top:0}.box>:last-child{margin-bottom:0}
.grid{display:grid;gap:12px;grid-template-columns:repeat(auto-fill,minmax(260px,1fr))}.two{display:grid;gap:14px;grid-template-columns:minmax(0,1fr) minmax(0,1fr)}
.six{display:flex;flex-wrap:wrap;gap:10px}.six>*{flex:1 0 150px}.six a{color:inherit;text-decoration:none}.six .box:hover{border-color:var(--accent)}
.big{font-size:22px;font-weight:650;display:block;line-height:1.25;white-space:nowrap}
.card{display:grid;gap:16px;grid-template-columns:350px minmax(0,1fr)}
.row{display:flex;flex-wrap:wrap;gap:8px;align-items:center}.row.end{align-items:end}
table{border-collapse:collapse;width:100%;font-size:13.5px}th,td{text-align:left;padding:6px 10px;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
th{color:var(--dim);font-weight:600;font-size:12.5px;white-space:nowrap;overflow-wrap:normal}td.num,th.num{text-align:right;white-space:nowrap;overflow-wrap:normal}
td:has(>.bar){vertical-align:middle}tbody tr:hover{background:var(--soft)}tr.sel td:first-child{box-shadow:inset 3px 0 var(--accent)}tfoot td{font-weight:600}
.wrap{overflow-x:auto;border:1px solid var(--line);border-radius:8px}.wrap tbody tr:last-child>*{border-bottom:0}.scroll{overflow-x:auto}.box table th,.box table td{padding-left:4px;padding-right:8px}details.box+details.box,section.box+section.box,.box>.box{margin-top:10px}.two>.box.box.box,.grid>.box.box.box{margin:0}table.wide{font-size:13px}table.wide th,table.wide td{padding:6px 5px}table.wide thead th{white-space:normal;vertical-align:bottom}table.wide tbody th{white-space:normal;overflow-wrap:anywhere;min-width:120px}td summary{white-space:nowrap}.defs{position:absolute}.gap{margin-top:16px}td.act button,.row button{white-space:normal;text-align:center}
.s{display:inline-flex;gap:5px;align-items:center;white-space:nowrap;font-size:12.5px;font-weight:600}.s svg.i{width:14px;height:14px}
.ok{color:var(--ok)}.warn{color:var(--warn)}.bad{color:var(--bad)}.tag{border:1px solid var(--line);border-radius:8px;padding:1px 7px;font-size:12.5px;display:inline-block;max-width:100%}
.note{border-radius:8px;padding:9px 12px;margin:0 0 12px;background:var(--tint)}.note.ok{background:var(--okbg)}.note.warn{background:var(--warnbg)}.note.bad{background:var(--badbg)}
button,.btn,input,select,textarea{font:inherit;color:inherit;border:1px solid var(--line);border-radius:8px;background:var(--bg);padding:6px 11px;min-height:34px;max-width:100%}
button,.btn{cursor:pointer;text-decoration:none;display:inline-flex;gap:6px;align-items:center;color:var(--text);white-space:nowrap}button:hover,.btn:hover{border-color:var(--accent)}:disabled{opacity:.55;cursor:not-allowed}fieldset:disabled{display:contents}
.main{background:var(--accent);border-color:var(--accent);color:var(--onaccent);font-weight:600}.plain{border-color:transparent;background:none;padding:4px 8px}.danger{color:var(--bad)}
label{max-width:100%;min-width:0;display:inline-flex;flex-direction:column;gap:3px;font-size:12.5px;color:var(--dim)}label>input,label>select,label>textarea{color:var(--text);font-size:14px}label.in{flex-direction:row;align-items:center;gap:6px}
textarea{width:100%;font:13px/1.5 ui-monospace,Menlo,Consolas,monospace;min-height:320px}code,pre{font:12.5px/1.5 ui-monospace,Menlo,Consolas,monospace}
pre{margin:6px 0;padding:10px;background:var(--soft);border:1px solid var(--line);border-radius:8px;white-space:pre-wrap;overflow-wrap:anywhere;max-height:420px;overflow:auto}code{overflow-wrap:anywhere}mark{background:var(--badbg);color:var(--bad);border-radius:3px}
ol.flow{list-style:none;margin:0;padding:0;display:grid;gap:12px}ul.t{list-style:none;margin:0;padding:0}ul.t>li{padding:8px 0 8px 14px;border-left:2px solid var(--line);position:relative}ul.t>li::before{content:"";position:absolute;left:-5px;top:14px;width:8px;height:8px;border-radius:50%;background:var(--accent)}
dl{display:grid;grid-template-columns:fit-content(50%) minmax(0,1fr);gap:3px 14px;margin:6px 0}dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
.dots{display:inline-flex;gap:4px;vertical-align:middle}.dots i{width:10px;height:10px;border-radius:50%;border:1.5px solid var(--line)}.dots i.on{background:var(--accent);border-color:var(--accent)}
.path{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:6px;align-items:center}.path small{white-space:nowrap}.path .box{padding:6px 10px;display:flex;gap:6px;align-items:center;text-decoration:none;color:inherit}.stop{display:grid;gap:6px}.arr{display:grid;justify-items:center;line-height:1.15;min-width:30px}.arr>span{color:var(--dim)}.arr.bad>span{color:var(--bad)}.gone{border:1px dashed var(--bad)!important;color:var(--bad)!important}.gone small{color:inherit}
.split.open{display:grid;gap:14px;grid-template-columns:minmax(0,1fr) minmax(0,500px)}.split>aside{position:sticky;top:8px;max-height:calc(100vh - 16px);overflow:auto;align-self:start}.split.open>div td:nth-child(2),.split.open>div th:nth-child(2),.split.open>div td:nth-child(5),.split.open>div th:nth-child(5){display:none}aside ol.flow{gap:8px}.tabs{display:flex;flex-wrap:wrap;gap:0 4px;border-bottom:1px solid var(--line);margin:8px 0 12px}.tabs a{padding:6px 10px;text-decoration:none;border-bottom:2px solid transparent}.tabs a[aria-current]{border-color:var(--accent);font-weight:600;color:var(--text)}details.filters{margin-bottom:12px}
fieldset.plain-set{border:0;padding:0;margin:0 0 10px;display:grid;gap:8px}legend{padding:0;color:var(--dim);font-size:12.5px}label.choice{align-items:start;color:var(--text);font-size:14px}label.choice input{min-height:20px;margin-top:2px}section.box>h2:first-child,section.box>form:first-child h2{margin-top:0}
.steps{list-style:none;display:flex;flex-wrap:wrap;gap:8px 18px;margin:0 0 14px;padding:0;counter-reset:n;color:var(--dim)}.steps li{counter-increment:n}.steps li::before{content:counter(n) ". "}.steps [aria-current]{color:var(--text);font-weight:650}.steps a{text-decoration:none}.steps svg.i{vertical-align:-3px}label.tile{display:grid;grid-template-columns:auto auto 1fr;gap:2px 10px;align-items:center;color:var(--text);font-size:14px;cursor:pointer;min-height:72px}label.tile small{grid-column:3}label.tile input{min-height:20px;width:18px;height:18px;accent-color:var(--accent)}label.tile:has(:checked){border-color:var(--accent);background:var(--tint)}label.tile svg.i{width:22px;height:22px;color:var(--accent)}details.box summary svg.i{vertical-align:-3px}
.ava{width:22px;height:22px;border-radius:50%;background:var(--tint);color:var(--accent);display:inline-grid;place-items:center;font-style:normal;font-size:12px;font-weight:650;flex:none}.lanes>li{margin-left:calc(var(--l,0)*14px)}.l1{--l:1}.l2{--l:2}.l3{--l:3}.l4{--l:4}.l5{--l:5}.chips{display:flex;flex-wrap:wrap;gap:6px}.chips a{text-decoration:none}.chips a[aria-current]{border-color:var(--accent);background:var(--tint)}label.tile{align-content:center}
.diff{background:var(--tint);border-radius:3px}
main>form.row{margin-bottom:12px}time{white-space:nowrap}
svg.qr{width:200px;height:200px;display:block;border-radius:8px}
.mk,td .s{vertical-align:top}td .s{line-height:1.55}td small{line-height:1.55}.mk{display:inline-flex;gap:6px;align-items:center}.mk svg.i{color:var(--dim)}.mk small{overflow-wrap:normal}.meter{display:flex;flex-wrap:wrap;gap:4px 14px;align-items:center}.meter .bar{width:220px;height:14px}.bar .b{fill:var(--accent);fill-opacity:.4}.mini td,.mini th{padding-top:2px;padding-bottom:2px}.mini .bar{height:14px}.lights{display:flex;flex-wrap:wrap;gap:4px 12px}
svg.ties{width:100%;min-width:520px;display:block}.ties text{font-size:12.5px;fill:var(--text)}.ties path{fill:none;stroke:var(--line)}.ties circle{fill:var(--accent)}.ties a text{fill:var(--accent)}.bar{width:100%;min-width:84px;height:22px;display:block}.bar .a{fill:var(--accent)}.bar .h{fill:url(#hatch)}.bar .g{fill:var(--soft)}#hatch path{stroke:var(--accent);stroke-width:2}#hatch rect{fill:var(--tint)}
.pill{position:sticky;top:8px;z-index:3;margin:0 auto 8px;display:block}.copy{position:relative}.copy pre{padding-right:118px}.copy button{position:absolute;right:6px;top:6px}
details>summary{cursor:pointer;color:var(--accent);padding:4px 0}dialog{border:1px solid var(--line);border-radius:8px;background:var(--bg);color:var(--text);max-width:min(560px,92vw)}[hidden]{display:none!important}
.login{max-width:360px;margin:14vh auto;padding:0 18px}.login label,.login button{width:100%;display:flex}.login button{justify-content:center;margin-top:12px}
.bottom{display:none}
@media(max-width:760px){.app{display:block}.side{display:none}main{padding:14px 12px 84px}.two,.card{grid-template-columns:minmax(0,1fr)}
.bottom{display:flex;position:fixed;inset:auto 0 0;background:var(--bg);border-top:1px solid var(--line);z-index:5}.bottom a{flex:1;min-width:0;text-align:center;padding:7px 2px 9px;font-size:11px;text-decoration:none;color:var(--dim)}.bottom a[aria-current]{color:var(--accent);font-weight:600}.bottom svg.i{display:block;margin:0 auto 2px;width:20px;height:20px}
table.cards thead{display:none}table.cards tr{display:block;border-bottom:1px solid var(--line);padding:6px 2px}table.cards td{display:flex;gap:10px;border:0;padding:2px 10px;justify-content:space-between;text-align:right}table.cards td::before{content:attr(data-l);color:var(--dim);text-align:left;flex:none}table.cards td:empty{display:none}table.cards td>*{min-width:0}table.cards td:has(form,br){flex-wrap:wrap}td form{display:flex;flex-wrap:wrap;gap:4px}
table.fun thead{display:none}table.fun tr{display:grid;grid-template-columns:1fr 1fr 1fr;border-bottom:1px solid var(--line);padding:5px 2px}table.fun tr>*{border:0;padding:2px 8px}table.fun th{grid-column:1/3}table.fun td:nth-child(2){grid-area:2/1/3/4}table.fun td:nth-child(3){font-weight:650}table.fun td[data-l]::before{content:attr(data-l) " ";color:var(--dim);font-size:12px}table.fun td[data-l]{text-align:left}
table.cards tr[data-href]{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,3fr);padding:7px 2px}table.cards tr[data-href] td::before{content:none}table.cards tr[data-href] td{padding:1px 10px}table.cards tr[data-href] td:nth-child(odd),table.cards tr[data-href] td:nth-child(4){text-align:left;justify-content:start}table.cards tr[data-href] td:nth-child(6){order:-1;flex-wrap:wrap;gap:0 10px;justify-content:start;text-align:left}table.cards tr[data-href] td:nth-child(1){order:-2;text-align:left}table.cards tr[data-href] td:nth-child(5){order:9}.lanes>li{margin-left:calc(var(--l,0)*5px)}button,.btn,input,select{min-height:40px}header.top .r{margin-left:0}details.filters:not([open])>form{display:none}}
@media(min-width:761px){table.probs{table-layout:fixed}table.probs th:first-child{width:50%}table.probs th:nth-child(2){width:8%}table.probs thead td{width:26%}@supports selector(::details-content){details.filters>summary{display:none}details.filters::details-content{content-visibility:visible;height:auto}}}
@media(prefers-reduced-motion:no-preference){.new{animation:n 1.6s}@keyframes n{from{background:var(--tint)}}}
`;
