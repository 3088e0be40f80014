-- `[340 dagen]{.claim of="duration.x"}`: a number (or word) of the report and the claim that it comes from. In the HTML it is a
-- link to that claim in the list of all claims; on paper it is plain text.
-- `::: {.figure-data title="…"}`: the figures behind a figure. In the HTML they open with a click; on paper they stand together
-- in an appendix, so they are left out where the figure is.
local typst = FORMAT:match("typst")

local function claim(span)
  if not span.classes:includes("claim") then return nil end
  if typst then return span.content end
  return pandoc.Link(span.content, "#claim-" .. span.attributes.of, "", pandoc.Attr("", { "claim" }))
end

local function figure_data(div)
  if not div.classes:includes("figure-data") then return nil end
  if typst then return {} end
  local title = pandoc.write(pandoc.Pandoc({ pandoc.Plain({ pandoc.Str(div.attributes.title) }) }), "html")
  local blocks = pandoc.Blocks({
    pandoc.RawBlock("html", '<details class="figure-data"><summary>' .. title .. "</summary>"),
  })
  blocks:extend(div.content)
  blocks:insert(pandoc.RawBlock("html", "</details>"))
  return blocks
end

return { { Div = figure_data }, { Span = claim } }
