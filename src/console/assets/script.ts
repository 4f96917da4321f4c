/** The console's one enhancing script: live lists, keys, copying, confirmations. Every page works without it. It polls once a second while the page
 *  is visible, because a poll survives proxies, sleep and restarts that break a stream; an unchanged answer is an empty 204. What was typed into a form
 *  stays in the tab until the page after it says «done»: a refusal, an ended session or a broken line gives it back to the same form. */
export const SCRIPT = `(function(d,w){
var $=function(s,r){return (r||d).querySelector(s)},$$=function(s,r){return [].slice.call((r||d).querySelectorAll(s))};
function parse(t){return new DOMParser().parseFromString(t,"text/html")}
var store=w.sessionStorage,main=$("[data-at]"),here=new URL(main?main.getAttribute("data-at"):location.href,location.href),where=here.searchParams;
function typedIn(f){return $$("[name]:not([type=hidden],[type=password],[type=file],button)",f)}
function keyOf(f){var k=f.getAttribute("action");$$("[type=hidden]",f).forEach(function(n){if(!/^(csrf|back)$/.test(n.name)&&(f.elements.index||!/^(version|seen)$/.test(n.name)))k+=" "+n.name+"="+n.value});return k}
function keep(f){try{if(f.action.indexOf("/act/")>0&&typedIn(f).length)store.setItem("typed",JSON.stringify([keyOf(f),typedIn(f).map(function(n){return n.checked||n.value}),f.elements.seen.value]))}catch(e){}}
function giveBack(){var t=JSON.parse(store.getItem("typed")||"0");if(!t||$("[data-door]"))return;store.removeItem("typed");if(!where.has("done"))$$("form[method=post]").forEach(function(f){if(keyOf(f)==t[0]){f.elements.seen.value=t[2];typedIn(f).forEach(function(n,i){if(/radio|checkbox/.test(n.type))n.checked=t[1][i]===true;else n.value=t[1][i];for(var p=n;p;p=p.parentElement)if(p.tagName=="DETAILS"&&(!i||n.value!=n.defaultValue))p.open=true;if(!i)n.focus()})}})}
giveBack();
where.delete("done");history.replaceState(history.state,"",here.pathname+here.search+location.hash);
var live=$("[data-live]"),paused=false,pill=$("[data-pill]"),count=$("[data-count]"),held=null,since=live?live.getAttribute("data-version"):"",busy=false,base=location.href;
function show(t){var old={};$$("[data-id]",live).forEach(function(n){old[n.getAttribute("data-id")]=1});var doc=parse(t),from=$("[data-live]",doc);if(!from)return;live.replaceChildren.apply(live,[].slice.call(from.childNodes));
var n=0;$$("[data-id]",live).forEach(function(r){if(!old[r.getAttribute("data-id")]){r.classList.add("new");n++}});if(count&&n)count.textContent=count.getAttribute("data-count").replace("{0}",n);held=null;if(pill)pill.hidden=true;sel=-1}
var missed=0,lost=$("[data-lost]");function heard(ok){missed=ok?0:missed+1;if(lost)lost.hidden=missed<3}
function ask(u,h){return fetch(u,{headers:h,signal:AbortSignal.timeout(15000)})}
function reading(){return w.scrollY>120||sel>=0||live.contains(d.activeElement)||panel&&!panel.hidden}
function poll(){if(!live||d.hidden||busy||paused)return;busy=true;var u=new URL(base);u.searchParams.set("live",since);ask(u,{"x-live":"1"}).then(function(r){if(r.status!=204&&!r.headers.has("x-version"))throw 0;heard(true);if(r.status==204)return null;since=r.headers.get("x-version");return r.text()}).then(function(t){if(t!==null)held=t;if(held===null)return;
if(!reading())return show(held);if(t===null)return;var doc=parse(t),n=$$("[data-id]",doc).filter(function(r){return !$('[data-id="'+r.getAttribute("data-id")+'"]',live)}).length;if(pill&&n){pill.hidden=false;pill.textContent=pill.getAttribute("data-pill").replace("{0}",n)}}).catch(function(){heard(false)}).then(function(){busy=false})}
if(live){setInterval(poll,1000);d.addEventListener("visibilitychange",poll)}
if(pill)pill.addEventListener("click",function(){w.scrollTo(0,0);sel=-1;if(held)show(held)});
var waitFor=$("[data-await]");if(waitFor)setInterval(function(){if(d.hidden||busy)return;busy=true;ask(location.href).then(function(r){return r.text()}).then(function(t){var doc=parse(t),n=$("[data-await]",doc);if(!n)throw 0;heard(true);if(n.innerHTML!=waitFor.innerHTML&&!waitFor.contains(d.activeElement))waitFor.innerHTML=n.innerHTML}).catch(function(){heard(false)}).then(function(){busy=false})},1500);
d.addEventListener("click",function(e){var b=e.target.closest("[data-copy]");if(b){var n=d.getElementById(b.getAttribute("data-copy")),t=n.value||n.textContent;navigator.clipboard.writeText(t).then(function(){var o=b.textContent;b.textContent="✓";setTimeout(function(){b.textContent=o},1200)})}
var p=e.target.closest("[data-open]");if(p){var g=d.getElementById(p.getAttribute("data-open"));if(g&&g.showModal){e.preventDefault();g.showModal()}}
if(e.target.closest("[data-close]")){var q=e.target.closest("dialog");if(q)q.close()}});
var panel=$("[data-panel]"),wide=w.matchMedia("(min-width:1100px)");
var opener=null,turn=0,shown=base.split("#")[0];
function closePanel(){turn++;panel.hidden=true;panel.parentNode.classList.remove("open");panel.replaceChildren();shown=base.split("#")[0];if(opener&&opener.isConnected)opener.focus()}
function openPanel(a){var mine=++turn;opener=a;rows().forEach(function(r){r.classList.toggle("sel",r.contains(a))});ask(a.href).then(function(r){if(!r.ok)throw 0;return r.text()}).then(function(t){if(mine!=turn)return;var m=$("main:not([data-door])",parse(t));$$("form[role=search]",m).forEach(function(n){n.remove()});$$("[id]",m).forEach(function(n){n.id="p-"+n.id});$$("[data-copy]",m).forEach(function(n){n.setAttribute("data-copy","p-"+n.getAttribute("data-copy"))});
panel.replaceChildren.apply(panel,[].slice.call(m.childNodes));panel.hidden=false;panel.parentNode.classList.add("open");panel.scrollTop=0;panel.focus({preventScroll:true});if(location.href!=a.href)history.pushState(1,"",a.href);shown=a.href}).catch(function(){if(mine==turn)location.href=a.href})}
if(panel){d.addEventListener("click",function(e){var a=e.target.closest("a[href^='/console/events/evt_']");if(!a||!wide.matches||e.defaultPrevented||e.ctrlKey||e.metaKey||e.shiftKey||e.button||panel.contains(a))return;e.preventDefault();openPanel(a)});
panel.addEventListener("click",function(e){if(e.target.closest("[data-key=Escape]")){e.preventDefault();history.back()}})}
w.addEventListener("popstate",function(){var to=location.href.split("#")[0];if(to==shown)return;if(panel&&to==base.split("#")[0])closePanel();else location.reload()});
d.addEventListener("submit",function(e){var m=(e.submitter&&e.submitter.getAttribute("data-confirm"))||e.target.getAttribute("data-confirm");if(m&&!w.confirm(m))e.preventDefault();else{var f=e.target;keep(f);setTimeout(function(){$$("button",f).forEach(function(b){if(f.method=="post")b.disabled=true})},0)}});
$$("select[data-go]").forEach(function(s){s.addEventListener("change",function(){s.form.requestSubmit()})});
var sel=-1,chord=false;
function rows(){return $$("tr[data-href],[data-row]")}
function move(k){var r=rows();if(!r.length)return;if(r[sel])r[sel].classList.remove("sel");sel=Math.max(0,Math.min(r.length-1,sel+k));r[sel].classList.add("sel");r[sel].scrollIntoView({block:"nearest"});var a=$("a",r[sel]);if(a)a.focus({preventScroll:true})}
function press(s){var b=$("[data-key='"+s+"']");if(b)b.click();return !!b}
d.addEventListener("keydown",function(e){if(e.ctrlKey||e.metaKey||e.altKey)return;var t=e.target,typing=/^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName);
if(e.key=="Escape"){if(typing)t.blur();else if(!$("dialog[open]")&&!press("Escape"))sel=-1;return}if(typing||d.documentElement.hasAttribute("data-quiet"))return;
var k=e.key.toLowerCase();var ru="йцукенгшщзхъфывапролджэячсмитьбю.",en="qwertyuiop[]asdfghjkl;'zxcvbnm,./";if(ru.indexOf(k)>=0&&/[а-яё]/.test(k))k=en[ru.indexOf(k)];
if(chord){chord=false;var g=$("[data-go-key='"+k+"']");if(g){e.preventDefault();g.click()}return}
if(k=="g"){chord=true;setTimeout(function(){chord=false},1200)}else if(k=="/"){e.preventDefault();var s=$("#search");if(s){if(!s.offsetParent)location.href="/console/people";s.focus()}}
else if(k=="j")move(1);else if(k=="k")move(-1);else if(k=="enter"&&sel>=0&&t.tagName!="A"&&t.tagName!="BUTTON"){var a=$("a",rows()[sel]);if(a)a.click()}
else if(k=="."){paused=!paused;var b=$("[data-key='.']");if(b)b.setAttribute("aria-pressed",paused)}
else if(k=="?"){var h=d.getElementById("help");if(h)h.open?h.close():h.showModal()}
else if("rt[]".indexOf(k)>=0&&press(k))e.preventDefault()});
var pb=$("[data-key='.']");if(pb)pb.addEventListener("click",function(){paused=!paused;pb.setAttribute("aria-pressed",paused)});
})(document,window);
`;
