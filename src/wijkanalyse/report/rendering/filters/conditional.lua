-- `.content-visible` and `.content-hidden` with `when-format` or `unless-format`, and page breaks.
-- Quarto does this itself; checks.py has seen that the formats are ones we know.
local format = FORMAT:match("typst") and "typst" or "html"

local function shown(div)
  local holds = true
  if div.attributes["when-format"] then holds = div.attributes["when-format"] == format end
  if div.attributes["unless-format"] then holds = holds and div.attributes["unless-format"] ~= format end
  if div.classes:includes("content-hidden") then return not holds end
  return holds
end

local function conditional(element)
  if element.classes:includes("content-visible") or element.classes:includes("content-hidden") then
    return shown(element) and element.content or {}
  end
end

local function page_break(div)
  if format == "typst" then return pandoc.RawBlock("typst", "#pagebreak(weak: true)") end
  return pandoc.Div({}, pandoc.Attr("", { "pagebreak" }))
end

return {
  { Div = conditional, Span = conditional },
  { Div = function(div) if div.classes:includes("shortcode-pagebreak") then return page_break(div) end end },
}
