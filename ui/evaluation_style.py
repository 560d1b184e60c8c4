"""The looks of an evaluation's page and of its drawings, in light and dark."""

# The systems' colours are Okabe and Ito's, told apart by colour-blind readers, darkened on white.
STYLE = """
:root { --c0: light-dark(#b45f00, #f0a63c); --c1: light-dark(#00785a, #2fc79b);
  --c2: light-dark(#0068ad, #62b6ef); --c3: light-dark(#a3487f, #e29ac4);
  --c4: light-dark(#6b6300, #e8dd5a); --heat-colour: light-dark(#3f9be0, #2673b3); }
.s0 { --c: var(--c0); } .s1 { --c: var(--c1); } .s2 { --c: var(--c2); } .s3 { --c: var(--c3); }
.s4 { --c: var(--c4); }
h2 { margin: 2.2rem 0 .4rem; } h3 { margin: 1.2rem 0 .3rem; font-size: 1rem; }
.lead { font-size: 1.2rem; }
a { color: inherit; }
.charts { display: grid; gap: 1.5rem 2.5rem; align-items: start;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
.slices { columns: 24rem; column-gap: 2.5rem; } .slices section { break-inside: avoid; }
.slices h3 { margin-top: 0; padding-top: .8rem; }
figure { margin: 0; max-width: 34rem; } figcaption { font-weight: 600; margin-bottom: .3rem; }
figure p { margin: .3rem 0; font-size: .9rem; }
svg { display: block; width: 100%; height: auto; font: 11px system-ui, sans-serif; }
svg text { fill: currentColor; } svg .soft { fill: var(--soft); }
svg .end { text-anchor: end; } svg .middle { text-anchor: middle; }
.track { fill: var(--line); opacity: .45; } .fill { fill: var(--c); opacity: .8; }
.whisker { stroke: currentColor; stroke-width: 1.2; fill: none; }
.grid { stroke: var(--line); stroke-width: 1; fill: none; }
.line { stroke: var(--c); stroke-width: 2; fill: none; stroke-linejoin: round; }
circle { fill: var(--c); }
.better { fill: var(--c2); } .worse { fill: var(--c0); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; }
.legend i { display: inline-block; width: .8em; height: .8em; border-radius: 2px;
  background: var(--c); margin-right: .35em; }
.heat { table-layout: fixed; font-variant-numeric: tabular-nums; }
.heat th { font-weight: 400; } .heat tr:first-child th { font-weight: 600; }
.heat td { background: color-mix(in srgb, var(--heat-colour) var(--heat), transparent);
  border: 2px solid Canvas; border-radius: 4px; }
.heat td, .heat th { padding: .2rem .3rem; } .heat small { display: block; font-size: .72rem; }
.heat tr > :first-child { width: 27%; font-size: .9rem; }
@media (max-width: 24rem) { .heat small { font-size: .65rem; letter-spacing: -.02em; }
  .heat td, .heat th { padding: .2rem .15rem; } }
.wide { overflow-x: auto; } .wide table { font-variant-numeric: tabular-nums; }
.wide td, .wide th { white-space: nowrap; }
.times { width: auto; } .times td + td, .times th { text-align: right; }
.tag { font-size: .75rem; border: 1px solid var(--line); border-radius: 9px; padding: 0 .5em;
  margin-right: .3em; color: var(--soft); white-space: nowrap; }
ul, ol { padding-left: 1.4rem; margin: .3rem 0; } li { margin-bottom: .3rem; }
details p { margin: .5rem 0 0; }
"""
