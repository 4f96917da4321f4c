/** The site's snippet: `<script src="https://GATEWAY/snippet.js" data-site="site" async></script>`, ≤ 2 KB, no cookie.
 *  It finds our click in the landing's address by its form (`c_` + 16), not by a parameter's name, so it survives browsers that strip utm_*, gclid,
 *  fbclid, yclid, click_id, clickid and subid; links of ours carry it as `tl`. A landing with marks and no click of ours is told to `/hit/…`, which
 *  answers with one: the marks alone leave the page, and stay in store until an answer has come, so a visitor faster than the network loses nothing.
 *  The click is kept in the site's own storage for 90 days (`click|time|browser|marks not answered yet`) and put on every bot button when it is
 *  pressed, also on buttons added later. `data-tl="keep"` on a button leaves it alone, `data-hit="off"` on the tag sends nothing. `?buid=` opens the
 *  edge page. A page prepared ahead (prerender) waits until somebody sees it. Kept small by hand: this text is what is served. */
export const SNIPPET = `((d,w)=>{var s=d.currentScript,o=new URL(s.src).origin,t=s.dataset.site,K="tl_click",u=new URL(location.href),q=u.searchParams,b=q.get("buid"),p=[],g=new URLSearchParams,c,r;
if(/^[^\\W_]{16}$/.test(b)){t=q.get("site")||t;location.replace(o+"/?buid="+b+(t?"&site="+encodeURIComponent(t):""));return}
var own=v=>{var m=/(^|\\W)(c_[^\\W_]{16})(?![^\\W_])/.exec(v);if(m)c=m[2]};
q.forEach((v,n)=>{own(v);if(/^(utm_\\w+|[gy]clid|[gw]braid|fbclid|msclkid|ttclid|rb_clickid|click_?id|subid)$/i.test(n))g.append(n,v)});c||own(u.hash);
try{r=w.localStorage;p=(r.getItem(K)||"").split("|")}catch(e){}
var save=v=>{if(v){p[0]=v;p[1]=Date.now();p[3]=""}c=p[1]>Date.now()-7776e6?p[0]:"";w.throughline={click:c||null};try{r.setItem(K,p.join("|"))}catch(e){}},
hit=()=>{fetch(o+"/hit/"+t,{method:"POST",keepalive:!0,body:p[3]+"&visitor="+p[2]+"&referrer="+encodeURIComponent(d.referrer)}).then(x=>{p[3]="";save();return x.json()}).then(x=>{if(x.click){save(x.click);all()}}).catch(e=>{})};
p[2]=p[2]||(Math.random()+"-"+Math.random()).slice(2);if(!c)p[3]=""+g||p[3]||"";save(c);
if(p[3]&&t&&s.dataset.hit!="off")d.prerendering?d.addEventListener("prerenderingchange",hit):hit();
var fix=a=>{if(!c||!a||!a.href||a.dataset.tl=="keep")return;var h=a.getAttribute("href"),x=/\\{click\\}|%7Bclick%7D/gi;if(h.search(x)>=0){a.href=h.replace(x,c);return}
try{var l=new URL(a.href)}catch(e){return}var m=l.hostname.replace(/^www\\./,""),y=l.pathname,k=/^tg:(\\/\\/)?resolve/.test(l)||/^((t|telegram)\\.(me|dog)|(web\\.)?max\\.ru)\\/./.test(m+y)?"start":/^(vk\\.me\\/.|(m\\.)?vk\\.(com|ru)\\/(write|im))/.test(m+y)?"ref":0,z=l.searchParams;
if(k&&!/^\\/(share|joinchat|addstickers|c\\/|\\+)/.test(y)&&!z.has("startapp")){z.set(k,c);a.href=l}},
all=()=>d.querySelectorAll("a[href]").forEach(fix);
["pointerdown","keydown","click","auxclick"].forEach(n=>d.addEventListener(n,e=>{fix(e.target.closest&&e.target.closest("a[href]"))},!0));
d.readyState=="loading"?d.addEventListener("DOMContentLoaded",all):all()})(document,window);
`;
