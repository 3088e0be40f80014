-- What pandoc's HTML writer leaves undone: alt text from fig-alt, and tables as figures with their caption outside the
-- part that scrolls.
if not FORMAT:match("html") then return {} end

local function alt(image)
  if image.attributes["fig-alt"] then
    image.attributes.alt = image.attributes["fig-alt"]
    image.attributes["fig-alt"] = nil
  end
  return image
end

local function open_figure(identifier)
  local id = identifier ~= "" and (' id="' .. identifier .. '"') or ""
  return pandoc.RawBlock("html", "<figure" .. id .. ' class="table-figure"><figcaption>')
end

local function figure(tbl)
  local specs = tbl.colspecs:map(function(spec) return { spec[1], nil } end)
  tbl.colspecs = specs  -- browsers lay columns out by their content; pandoc's widths come from the source text
  local caption = tbl.caption.long
  if #caption == 0 then return tbl end
  local blocks = pandoc.Blocks({ open_figure(tbl.identifier) })
  blocks:extend(caption)
  blocks:insert(pandoc.RawBlock("html", "</figcaption>"))
  tbl.caption, tbl.identifier = { long = {} }, ""
  blocks:insert(tbl)
  blocks:insert(pandoc.RawBlock("html", "</figure>"))
  return blocks
end

return { { Image = alt, Table = figure } }
