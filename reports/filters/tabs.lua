-- `::: panel-tabset`: each heading opens a tab. On paper the tabs stand below each other, their titles as bold lines:
-- as headings they would get section numbers and a place in the contents.
function Div(div)
  if not div.classes:includes("panel-tabset") then return nil end
  local tabs, level = pandoc.Blocks({}), nil
  for _, block in ipairs(div.content) do
    if block.t == "Header" and (level == nil or block.level == level) then
      level = block.level
      local title = pandoc.Span({ pandoc.Strong(block.content) }, pandoc.Attr("", { "tab-title" }))
      tabs:insert(pandoc.Div({ pandoc.Para({ title }) }, pandoc.Attr("", { "tab" })))
    elseif #tabs == 0 then
      error("a panel-tabset must begin with a heading, found " .. block.t)
    else
      tabs[#tabs].content:insert(block)
    end
  end
  return pandoc.Div(tabs, pandoc.Attr(div.identifier, { "tabs" }))
end
