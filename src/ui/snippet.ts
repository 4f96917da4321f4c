/** The site's snippet: `<script src="https://GATEWAY/snippet.js" data-site="site" async></script>`, ≤ 2 KB, no cookie, no request of its own.
 *  It finds our click in the landing's address by its form (`c_` + 16), not by a parameter's name, so it survives browsers that strip utm_*, gclid,
 *  fbclid, yclid, click_id, clickid and subid; links of ours carry it as `tl`. The click is kept in the site's own storage for 90 days and put on
 *  every bot button when it is pressed, also on buttons added later. `data-tl="keep"` on a button leaves it alone. `?buid=` opens the edge page.
 *  Kept small by hand: this text is what is served. */
export const SNIPPET = `(function(d,w){var s=d.currentScript,o=new URL(s.src).origin,K="tl_click",u=new URL(location.href),q=u.searchParams,b=q.get("buid"),c,f=/(^|[^A-Za-z0-9_])(c_[A-Za-z0-9]{16})(?![A-Za-z0-9])/;
if(b&&/^[A-Za-z0-9]{16}$/.test(b)){var t=q.get("site")||s.getAttribute("data-site");location.replace(o+"/?buid="+b+(t?"&site="+encodeURIComponent(t):""));return}
q.forEach(function(v){var m=f.exec(v);if(m)c=m[2]});if(!c){var m=f.exec(u.hash);if(m)c=m[2]}
try{var r=w.localStorage;if(c)r.setItem(K,c+"."+Date.now());else{var p=(r.getItem(K)||"").split(".");if(p[1]>Date.now()-7776e6)c=p[0]}}catch(e){}
w.throughline={click:c||null};if(!c)return;
var P=[[/^(t|telegram)\\.(me|dog)$/,"start"],[/^(web\\.)?max\\.ru$/,"start"],[/^vk\\.me$/,"ref"],[/^(m\\.)?vk\\.(com|ru)$/,"ref",/^\\/(write|im)/]];
function fix(a){if(!a||!a.href||a.getAttribute("data-tl")=="keep")return;var h=a.getAttribute("href");if(/\\{click\\}|%7Bclick%7D/i.test(h)){a.href=h.replace(/\\{click\\}|%7Bclick%7D/gi,c);return}
try{var l=new URL(a.href)}catch(e){return}if(l.protocol=="tg:"&&/^(\\/\\/)?resolve/.test(l.href.slice(3))){l.searchParams.set("start",c);a.href=l.href;return}
for(var i=0;i<P.length;i++)if(P[i][0].test(l.hostname.replace(/^www\\./,""))&&(!P[i][2]||P[i][2].test(l.pathname))&&l.pathname.length>1&&!/^\\/(share|joinchat|addstickers|c\\/|\\+)/.test(l.pathname)&&!l.searchParams.has("startapp")){l.searchParams.set(P[i][1],c);a.href=l.href}}
function all(){var n=d.querySelectorAll("a[href]");for(var i=0;i<n.length;i++)fix(n[i])}
function one(e){fix(e.target&&e.target.closest&&e.target.closest("a[href]"))}
["pointerdown","keydown","click","auxclick"].forEach(function(n){d.addEventListener(n,one,true)});
d.readyState=="loading"?d.addEventListener("DOMContentLoaded",all):all()})(document,window);
`;
