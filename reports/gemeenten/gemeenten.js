// The page of municipalities: finds one by name, shows it, and draws its charts and tables from the embedded figures.
// A figure is a number; [low, high] where only bounds are known; [value, low, high]; [value] (about); or null.
(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("data").textContent);
  var years = data.years, last = years.length - 1;
  var byCode = {};
  data.municipalities.forEach(function (one, i) {
    one.place = i;
    one.words = [one.name].concat(one.also).map(folded);
    byCode[one.code] = one;
  });
  var WITH = "met de hulp van het wijkteam", WITHOUT = "zonder de hulp van het wijkteam zelf";
  var MEASURES = {
    share: { title: "Aandeel van het wijkteam in de jeugdhulp", axis: "%", decimals: 1, unit: "%" },
    begun: { title: "Begonnen trajecten per duizend jongeren", axis: "per duizend", decimals: 1, unit: "" },
    running: { title: "Trajecten in het jaar per duizend jongeren", axis: "per duizend", decimals: 1, unit: "" },
    duration: { title: "Gemiddelde duur van beëindigde trajecten", axis: "dagen", decimals: 0, unit: "" },
    crisis: { title: "Begonnen trajecten die vanuit een crisis starten", axis: "%", decimals: 1, unit: "%" }
  };
  // what stands in the data table of each chart: heading, and where the column comes from
  var TABLES = {
    share: [["Aandeel (%)", "r", "share"]].concat(data.share_of.map(function (part) { return [part[0], "c", part[1]]; })),
    begun: [["Per duizend, met wijkteam", "r", "begun_zonder_verblijf"], ["Per duizend, zonder", "r", "begun_niet_wijkteam"], ["Begonnen, alle", "c", "begun_zonder_verblijf"], ["door wijkteam", "c", "begun_wijkteam"], ["door anderen", "c", "begun_niet_wijkteam"], ["Jongeren", "c", "population_0_22"]],
    running: [["Per duizend, met wijkteam", "r", "running_zonder_verblijf"], ["Per duizend, zonder", "r", "running_niet_wijkteam"], ["Trajecten, alle", "c", "trajectories_zonder_verblijf"], ["door wijkteam", "c", "trajectories_wijkteam"], ["door anderen", "c", "trajectories_niet_wijkteam"], ["Jongeren", "c", "population_0_22"]],
    duration: [["Dagen, met wijkteam", "r", "duration_zonder_verblijf"], ["Dagen, zonder", "r", "duration_niet_wijkteam"], ["Dagen, alleen wijkteam", "c", "mean_duration_days_wijkteam"], ["Beëindigd, alle", "c", "ended_zonder_verblijf"], ["door wijkteam", "c", "ended_wijkteam"], ["door anderen", "c", "ended_niet_wijkteam"]],
    crisis: [["% met wijkteam", "r", "crisis_zonder_verblijf"], ["% zonder", "r", "crisis_niet_wijkteam"], ["Vanuit crisis, alle", "c", "begun_crisis_zonder_verblijf"], ["door anderen", "c", "begun_crisis_niet_wijkteam"], ["Begonnen, alle", "c", "begun_zonder_verblijf"], ["door anderen", "c", "begun_niet_wijkteam"]]
  };
  var PARTS = { wijkteam: ["share"], gebruik: ["begun", "running"], duur: ["duration"], crisis: ["crisis"] };
  var mark = data.mark ? " " + data.mark + "." : "";

  // --- figures as text

  function folded(text) { return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, ""); }
  function number(value, decimals) {
    var text = Math.abs(value).toFixed(decimals).split(".");
    text[0] = text[0].replace(/\B(?=(\d{3})+$)/g, ".");
    return (value < 0 && Number(value.toFixed(decimals)) ? "\u2212" : "") + text.join(",");
  }
  function figure(cell, decimals, bounds) {
    if (cell === null) return "\u2013";
    if (typeof cell === "number") return number(cell, decimals);
    if (cell.length === 1) return "ongeveer " + number(cell[0], decimals);
    var low = number(cell[cell.length - 2], decimals), high = number(cell[cell.length - 1], decimals);
    if (cell.length === 2) return low === high ? low : low + " tot " + high;
    return number(cell[0], decimals) + (bounds ? " (" + low + "\u2013" + high + ")" : "");
  }
  function value(cell) { return cell === null ? null : typeof cell === "number" ? cell : cell.length === 2 ? null : cell[0]; }
  function range(cell) { return cell === null || typeof cell === "number" || cell.length === 1 ? null : cell.slice(-2); }
  // where only bounds are known, a dot stands in their middle and is hollow
  function middle(cell) { var ends = range(cell); return value(cell) !== null ? value(cell) : ends ? (ends[0] + ends[1]) / 2 : null; }
  function ratio(one, name) { return one.ratios[data.ratios.indexOf(name)]; }
  function count(one, name) { return one.counts[data.counts.indexOf(name)]; }
  function yearText(i) { return years[i] + (data.status[i] ? " (" + data.status[i] + ")" : ""); }

  // --- building blocks

  function element(name, attributes, children) {
    var made = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    (children || []).forEach(function (child) { made.append(child); });
    return made;
  }
  function svg(name, attributes, text) {
    var made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    if (text !== undefined) made.textContent = text;
    return made;
  }
  function canvas(width, height, label) {
    var made = svg("svg", { viewBox: "0 0 " + width + " " + height, role: "img", "aria-label": label });
    if (data.mark) {
      made.append(svg("text", { x: width / 2, y: height / 2, "text-anchor": "middle", "class": "watermark", "font-size": Math.min(34, width / 12), transform: "rotate(-14 " + width / 2 + " " + height / 2 + ")" }, data.mark));
      made.append(svg("text", { x: width - 4, y: 12, "text-anchor": "end", "class": "alarm" }, data.mark));
    }
    return made;
  }
  function table(caption, head, rows, own) {
    var names = head.map(function (title, i) { return element("th", { scope: "col", "class": i ? "number" : "" }, [title]); });
    var lines = rows.map(function (row, i) {
      return element("tr", i === own ? { "class": "own" } : {}, row.map(function (cell, j) {
        return j ? element("td", { "class": "number" }, [cell]) : element("th", { scope: "row" }, [cell]);
      }));
    });
    return element("div", { "class": "table-scroll", tabindex: 0, role: "region", "aria-label": caption }, [
      element("table", {}, [element("caption", {}, [element("span", {}, [caption])]), element("thead", {}, [element("tr", {}, names)]), element("tbody", {}, lines)])
    ]);
  }
  // the table is made when it is asked for: that of a funnel plot has a row for each municipality
  function folding(summary, make) {
    var made = element("details", {}, [element("summary", {}, [summary])]);
    made.addEventListener("toggle", function () { if (made.open && made.children.length === 1) made.append(make()); });
    return made;
  }
  function ticks(top, wanted) {
    var raw = top / wanted, step = Math.pow(10, Math.floor(Math.log10(raw)));
    step *= [1, 2, 5, 10].filter(function (factor) { return factor * step >= raw; })[0];
    var found = [];
    for (var at = 0; at <= top * 1.0001; at += step) found.push(Number(at.toPrecision(12)));
    return found;
  }
  function tickText(at) { return number(at, at % 1 ? (at * 10 % 1 ? 2 : 1) : 0); }
  function widthOf(box) { return Math.max(260, Math.min(900, Math.round(box.clientWidth || 640))); }
  function vertical(chart, at, top, bottom, kind) { chart.append(svg("line", { x1: at, x2: at, y1: top, y2: bottom, "class": kind })); }
  function horizontal(chart, at, left, right, kind) { chart.append(svg("line", { x1: left, x2: right, y1: at, y2: at, "class": kind })); }

  // --- the trend, each side of the break by itself

  function trendChart(box, one, name, label) {
    var measure = MEASURES[name], forms = name === "share" ? [["with", "share"]] : [["with", name + "_zonder_verblijf"], ["without", name + "_niet_wijkteam"]];
    var width = widthOf(box), height = 250, left = 44, right = width - 14, top = 40, bottom = height - 30;
    var cells = forms.map(function (form) { return ratio(one, form[1]); });
    var highest = Math.max.apply(null, cells.map(function (series) {
      return Math.max.apply(null, series.map(function (cell) { return Math.max(value(cell) || 0, (range(cell) || [0, 0])[1]); }));
    }).concat([name === "share" ? data.threshold * 1.2 : 0, 1e-9]));
    var marks = ticks(highest, 4), most = Math.max(highest, marks[marks.length - 1]) * 1.04;
    function x(i) { return left + 10 + (right - left - 20) * i / Math.max(last, 1); }
    function y(at) { return bottom - (bottom - top) * at / most; }
    var chart = canvas(width, height, label);
    marks.forEach(function (at) {
      horizontal(chart, y(at), left, right, at ? "grid" : "axis");
      chart.append(svg("text", { x: left - 6, y: y(at) + 4, "text-anchor": "end", "class": "quiet" }, tickText(at)));
    });
    chart.append(svg("text", { x: 4, y: 14, "class": "quiet" }, measure.axis));
    var every = Math.ceil(44 / ((right - left) / Math.max(last, 1)));
    years.forEach(function (year, i) {
      if ((last - i) % every === 0) chart.append(svg("text", { x: x(i), y: height - 10, "text-anchor": "middle", "class": "quiet" }, year + (data.status[i] ? "*" : "")));
    });
    var broken = years.indexOf(data["break"]);
    if (broken > 0) {
      vertical(chart, (x(broken - 1) + x(broken)) / 2, 34, bottom, "break");
      chart.append(svg("text", { x: (x(broken - 1) + x(broken)) / 2, y: 29, "text-anchor": "middle", "class": "quiet" }, "trendbreuk"));
    }
    if (name === "share") horizontal(chart, y(data.threshold), left, right, "threshold");
    forms.forEach(function (form, k) {
      // the two forms stand a little apart, so that equal figures do not hide each other
      var shift = forms.length > 1 ? (k ? 2.5 : -2.5) : 0, path = "", pen = false;
      cells[k].forEach(function (cell, i) {
        var ends = range(cell), at = value(cell);
        if (years[i] === data["break"] || at === null) pen = false;
        // a figure that is not printed has no dot but a bar, however narrow what it can be is
        if (ends) vertical(chart, x(i) + shift, y(ends[0]), Math.min(y(ends[1]), y(ends[0]) - (at === null ? 3 : 0)), "bounds " + form[0] + (at === null ? " open" : ""));
        if (at === null) return;
        path += (pen ? "L" : "M") + (x(i) + shift).toFixed(1) + " " + y(at).toFixed(1);
        pen = true;
      });
      chart.append(svg("path", { d: path, "class": "line " + form[0] }));
      cells[k].forEach(function (cell, i) {
        if (value(cell) === null) return;
        var place = { "class": "dot " + form[0] };
        if (k) { place.x = x(i) + shift - 3.4; place.y = y(value(cell)) - 3.4; place.width = place.height = 6.8; } else { place.cx = x(i) + shift; place.cy = y(value(cell)); place.r = 3.6; }
        chart.append(svg(k ? "rect" : "circle", place));
      });
    });
    return chart;
  }
  function legend(items) {
    return element("ul", { "class": "legend" }, items.map(function (item) {
      var sample = svg("svg", { viewBox: "0 0 32 14", "aria-hidden": "true" });
      if (item[0] === "with" || item[0] === "without") {
        sample.append(svg("path", { d: "M0 7H32", "class": "line " + item[0] }));
        sample.append(item[0] === "with" ? svg("circle", { cx: 16, cy: 7, r: 3.6, "class": "dot with" }) : svg("rect", { x: 12.6, y: 3.6, width: 6.8, height: 6.8, "class": "dot without" }));
      } else if (item[0].indexOf("limit") === 0 || item[0] === "threshold") sample.append(svg("path", { d: "M0 7H32", "class": item[0] }));
      else sample.append(svg("circle", { cx: 16, cy: 7, r: item[0] === "own" ? 6 : 4, "class": item[0] }));
      return element("li", {}, [sample, item[1]]);
    }));
  }
  function trendFigure(one, name, said) {
    var title = MEASURES[name].title + " in " + one.name, figureBox = element("figure", { "class": "chart" });
    var caption = title + "." + mark;
    figureBox.append(element("figcaption", {}, [caption]));
    figureBox.append(legend(name === "share" ? [["with", "aandeel van het wijkteam"], ["threshold", "grens voor actief: " + number(data.threshold, data.threshold % 1 ? 1 : 0) + "%"]] : [["with", WITH], ["without", WITHOUT]]));
    var plot = element("div", { "class": "plot" });
    figureBox.append(plot);
    var notes = [];
    if (data.status.some(Boolean)) notes.push("* nog niet definitief.");
    if (one.estimated.length) notes.push("Deels geschat: " + one.estimated.join(", ") + ".");
    if (notes.length) figureBox.append(element("p", { "class": "note" }, [notes.join(" ")]));
    figureBox.append(folding("Tabel bij deze grafiek", function () {
      var columns = TABLES[name], rows = years.map(function (year, i) {
        var first = yearText(i) + (one.estimated.indexOf(year) >= 0 ? ", geschat" : "");
        return [first].concat(columns.map(function (column) {
          var isRatio = column[1] === "r";
          return figure((isRatio ? ratio : count)(one, column[2])[i], isRatio ? MEASURES[name].decimals : 0, isRatio);
        }));
      });
      return table(title + "; tussen haakjes wat afronding openlaat. Trendbreuk tussen " + (data["break"] - 1) + " en " + data["break"] + "." + mark, ["Jaar"].concat(columns.map(function (column) { return column[0]; })), rows);
    }));
    drawn.push(function () { plot.replaceChildren(trendChart(plot, one, name, caption + " " + said)); });
    return figureBox;
  }

  // --- the funnel plot: all municipalities by size, with the limits

  function funnelChart(box, one, funnel, label) {
    var width = widthOf(box), height = 290, left = 44, right = width - 12, top = 30, bottom = height - 44;
    var i = years.indexOf(funnel.year), name = funnel.measure + "_" + funnel.form;
    var points = data.municipalities.map(function (other) { return middle(ratio(other, name)[i]); });
    var smallest = funnel.grid[0], largest = funnel.grid[funnel.grid.length - 1];
    var ends = range(ratio(one, name)[i]);
    var printed = data.municipalities.map(function (other) { return value(ratio(other, name)[i]); });
    // the limits of the smallest and what is hardly known run out of the frame, or they would squeeze all others
    var most = Math.max(Math.max.apply(null, printed), ends ? ends[1] : 0, Math.min(Math.max.apply(null, funnel.limits[3]), 2.2 * funnel.centre)) * 1.04;
    function x(size) { return left + 8 + (right - left - 16) * Math.log(size / smallest) / Math.log(largest / smallest || 2); }
    function y(at) { return bottom - (bottom - top) * Math.min(at, most) / most; }
    var chart = canvas(width, height, label);
    ticks(most, 4).forEach(function (at) {
      horizontal(chart, y(at), left, right, at ? "grid" : "axis");
      chart.append(svg("text", { x: left - 6, y: y(at) + 4, "text-anchor": "end", "class": "quiet" }, tickText(at)));
    });
    chart.append(svg("text", { x: 4, y: 14, "class": "quiet" }, MEASURES[funnel.measure].axis));
    var before = -99;
    [10, 30, 100, 300, 1000, 3000, 10000, 30000, 100000].forEach(function (size) {
      if (size < smallest || size > largest || x(size) - before < 44) return;
      before = x(size);
      vertical(chart, x(size), bottom, bottom + 5, "axis");
      chart.append(svg("text", { x: x(size), y: bottom + 18, "text-anchor": "middle", "class": "quiet" }, number(size, 0)));
    });
    chart.append(svg("text", { x: right, y: height - 8, "text-anchor": "end", "class": "quiet" }, SIZES[funnel.measure] + " (log)"));
    horizontal(chart, y(funnel.centre), left, right, "limit");
    funnel.limits.forEach(function (limits, k) {
      var path = "", pen = false;
      limits.forEach(function (at, j) {
        if (at > most) { pen = false; return; }
        path += (pen ? "L" : "M") + x(funnel.grid[j]).toFixed(1) + " " + y(at).toFixed(1);
        pen = true;
      });
      chart.append(svg("path", { d: path, "class": "limit" + (k > 1 ? " inner" : "") }));
    });
    var alike = one.peers.map(function (peer) { return peer[0]; });
    function dot(place, kind, radius) {
      if (points[place] === null || funnel.sizes[place] === null || points[place] > most) return;
      var other = data.municipalities[place], cell = ratio(other, name)[i], made = svg("circle", { cx: x(funnel.sizes[place]).toFixed(1), cy: y(points[place]).toFixed(1), r: radius, "class": kind + (value(cell) === null ? " hollow" : "") });
      made.append(svg("title", {}, other.name + ": " + figure(cell, MEASURES[funnel.measure].decimals, true)));
      chart.append(made);
    }
    data.municipalities.forEach(function (other) { if (other !== one && alike.indexOf(other.place) < 0) dot(other.place, "other", 2.6); });
    alike.forEach(function (place) { dot(place, "peer", 4); });
    if (ends && funnel.sizes[one.place] !== null) vertical(chart, x(funnel.sizes[one.place]), y(ends[0]), y(ends[1]), "own-bounds");
    dot(one.place, "own", 6.5);
    return chart;
  }
  var SIZES = { begun: "jongeren", duration: "beëindigde trajecten", crisis: "begonnen trajecten" };

  function funnelFigure(one, name, said) {
    var pair = data.funnels.filter(function (funnel) { return funnel && funnel.measure === name; });
    if (!pair.length) return "";
    var i = years.indexOf(pair[0].year), title = MEASURES[name].title + " in alle gemeenten, " + yearText(i);
    var box = element("figure", { "class": "chart" }, [element("figcaption", {}, [title + ", naar omvang." + mark])]);
    box.append(legend([["own", one.name], ["peer", "gelijkende gemeenten"], ["other", "andere gemeenten (open: niet helemaal getoond)"], ["limit inner", "95%-grens"], ["limit", "99,8%-grens en landelijk cijfer"]]));
    var plots = element("div", { "class": "pair" });
    box.append(plots);
    pair.forEach(function (funnel) {
      var form = funnel.form === "zonder_verblijf" ? WITH : WITHOUT, plot = element("div", {});
      var own = funnel.own[one.place], decimals = MEASURES[name].decimals;
      var limits = own ? "Grenzen bij de omvang van " + one.name + ": " + number(own[0], decimals) + " tot " + number(own[1], decimals) + " (95%) en " + number(own[2], decimals) + " tot " + number(own[3], decimals) + " (99,8%). " : "";
      plots.append(element("div", {}, [element("h4", {}, [form[0].toUpperCase() + form.slice(1)]), plot, element("p", { "class": "note" }, [limits + funnel.note])]));
      drawn.push(function () { plot.replaceChildren(funnelChart(plot, one, funnel, title + ", " + form + "." + mark + " " + one.name + ": " + figure(ratio(one, name + "_" + funnel.form)[i], decimals, true) + ". " + said)); });
    });
    box.append(folding("Tabel met alle gemeenten, op alfabet", function () {
      var head = ["Gemeente"], decimals = MEASURES[name].decimals;
      pair.forEach(function (funnel) {
        var form = funnel.form === "zonder_verblijf" ? "met wijkteam" : "zonder";
        head.push(MEASURES[name].axis + ", " + form, SIZES[name] + ", " + form);
      });
      var rows = data.municipalities.map(function (other) {
        return [link(other)].concat.apply([link(other)], pair.map(function (funnel) {
          var size = funnel.sizes[other.place];
          return [figure(ratio(other, name + "_" + funnel.form)[i], decimals, true), size === null ? "\u2013" : number(size, 0)];
        }));
      });
      return table(title + "." + mark, head, rows, one.place);
    }));
    return box;
  }
  function link(one) { return element("a", { href: "#" + one.code }, [one.name]); }

  // --- similar municipalities: what they are alike in, and their figures beside

  var GROUPS = { active: "actief", not_active: "niet actief" };
  function peerTables(one) {
    if (!one.peers.length) return [];
    var all = [[one.place, null]].concat(one.peers);
    var alike = all.map(function (peer) {
      var other = data.municipalities[peer[0]];
      return [peer[0] === one.place ? other.name : link(other), peer[1] === null ? "\u2013" : number(peer[1], 2)].concat(other.base.map(function (at, k) { return number(at, data.covariates[k][2]); }));
    });
    var head = ["Gemeente", "Afstand"].concat(data.covariates.map(function (one) { return one[0].replace("huishoudens", "\u00adhuishoudens").replace("achtergrond", "\u00adachtergrond") + (one[1] ? " (" + one[1] + ")" : ""); }));
    var names = [["share", "Aandeel wijkteam (%)"], ["begun_zonder_verblijf", "Begonnen per duizend, met"], ["begun_niet_wijkteam", "zonder"], ["duration_zonder_verblijf", "Duur in dagen, met"], ["duration_niet_wijkteam", "zonder"], ["crisis_zonder_verblijf", "Crisis (%), met"], ["crisis_niet_wijkteam", "zonder"]];
    var figures = all.map(function (peer) {
      var other = data.municipalities[peer[0]];
      return [peer[0] === one.place ? other.name : link(other), GROUPS[other.group] || "niet ingedeeld"].concat(names.map(function (name) {
        var measure = name[0].split("_")[0];
        return figure(ratio(other, name[0])[years.indexOf(data.compared_in[measure])], MEASURES[measure].decimals, false);
      }));
    });
    var when = Object.keys(data.compared_in).map(function (measure) { return data.compared_in[measure]; }).filter(function (year, i, all) { return all.indexOf(year) === i; }).join(", ");
    return [
      table("Waarin ze lijken (" + data.base_year + "); het kleinst verschil eerst." + mark, head, alike, 0),
      table("Hun cijfers (" + when + "), met en zonder de hulp van het wijkteam zelf; in dezelfde volgorde." + mark, ["Gemeente", "Wijkteam"].concat(names.map(function (name) { return name[1]; })), figures, 0)
    ];
  }

  // --- showing a municipality

  var drawn = [], chosen = null, plain = document.title, all = document.getElementById("all"), status = document.getElementById("status");
  function draw() { drawn.forEach(function (one) { one(); }); }
  function said(section, kind) { return Array.from(section.querySelectorAll("p." + kind)).map(function (one) { return one.textContent; }).join(" "); }

  function furnish(article, one) {
    Object.keys(PARTS).forEach(function (part) {
      var section = article.querySelector('[data-part="' + part + '"]');
      PARTS[part].forEach(function (name) {
        section.append(trendFigure(one, name, name === "running" ? "" : said(section, "trend")));
        if (name === "begun" || name === "duration" || name === "crisis") section.append(funnelFigure(one, name, said(section, "compared")));
      });
    });
    article.querySelector('[data-part="gelijkend"]').append.apply(article.querySelector('[data-part="gelijkend"]'), peerTables(one));
  }
  function show() {
    var anchor = decodeURIComponent(location.hash.slice(1)), one = byCode[anchor.slice(0, 6)];
    if (!one && /^GM\d/.test(anchor)) status.textContent = "Deze pagina heeft geen gemeente met de code " + anchor + ".";
    if (!one) return;
    if (one !== chosen) {
      var article = document.getElementById(one.code);
      if (chosen) {
        var former = document.getElementById(chosen.code);
        former.classList.remove("chosen");
        former.querySelectorAll(".chart, .table-scroll").forEach(function (made) { made.remove(); });
      }
      chosen = one;
      drawn = [];
      article.classList.add("chosen");
      furnish(article, one);
      draw();
      all.open = false;
      document.title = one.name + " \u2013 " + plain;
      document.querySelectorAll(".toc .part").forEach(function (item) {
        item.hidden = false;
        item.firstElementChild.href = "#" + one.code + "-" + item.firstElementChild.dataset.part;
      });
    }
    var target = document.getElementById(anchor) || document.getElementById(one.code);
    target.scrollIntoView();
    // who works by keyboard or by ear goes on where the page now is
    var heading = target.matches("article") ? target.querySelector("h2") : target;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  window.addEventListener("hashchange", show);
  var waiting = 0;
  window.addEventListener("resize", function () { clearTimeout(waiting); waiting = setTimeout(draw, 120); });

  // --- searching: a combobox with a list (ARIA Authoring Practices)

  var input = document.getElementById("name"), list = document.getElementById("found");
  var found = [], at = -1;
  document.getElementById("search").hidden = false;
  if (window.matchMedia("(max-width: 71.99rem)").matches) document.querySelector(".toc details").open = false;
  function open(isOpen) {
    list.hidden = !isOpen;
    input.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) move(-1);
  }
  function move(to) {
    at = to;
    Array.from(list.children).forEach(function (item, i) {
      item.setAttribute("aria-selected", String(i === at));
      if (i === at) item.scrollIntoView({ block: "nearest" });
    });
    if (at < 0) input.removeAttribute("aria-activedescendant"); else input.setAttribute("aria-activedescendant", list.children[at].id);
  }
  function search() {
    var typed = folded(input.value.trim());
    found = [];
    if (typed) {
      // what begins with the typed letters comes first, and a name before a former one; then the order of the alphabet
      var rank = [[], [], [], []];
      data.municipalities.forEach(function (one) {
        var places = one.words.map(function (word) { return word.replace(/^['\u2019]/, "").indexOf(typed.replace(/^['\u2019]/, "")); });
        var starts = places.indexOf(0), within = places.findIndex(function (place) { return place > 0; });
        var by = starts >= 0 ? starts : within;
        if (by >= 0) rank[(starts >= 0 ? 0 : 2) + (by > 0 ? 1 : 0)].push({ one: one, by: by > 0 ? one.also[by - 1] : "" });
      });
      found = rank[0].concat(rank[1], rank[2], rank[3]);
    }
    list.replaceChildren.apply(list, found.map(function (item, i) {
      return element("li", { role: "option", id: "found-" + i, "aria-selected": "false" }, [item.one.name + (item.by ? " (" + item.by + ")" : "")]);
    }));
    open(found.length > 0);
    status.textContent = !typed ? "" : found.length === 0 ? "Geen gemeente gevonden met deze naam." : found.length === 1 ? "1 gemeente gevonden." : found.length + " gemeenten gevonden.";
  }
  function choose(i) {
    var one = found[i].one;
    input.value = one.name;
    open(false);
    status.textContent = one.name + " gekozen.";
    if (location.hash === "#" + one.code) show(); else location.hash = one.code;
  }
  input.addEventListener("input", search);
  input.addEventListener("keydown", function (event) {
    var key = event.key;
    if ((key === "ArrowDown" || key === "ArrowUp") && list.hidden) search();
    if (key === "ArrowDown" && found.length) move((at + 1) % found.length);
    else if (key === "ArrowUp" && found.length) move(at <= 0 ? found.length - 1 : at - 1);
    else if (key === "Enter" && found.length && !list.hidden) choose(Math.max(at, 0));
    else if (key === "Escape") { if (list.hidden) { input.value = ""; search(); } else open(false); }
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", function () { open(false); });
  // before the field loses the focus, and with it the list
  list.addEventListener("mousedown", function (event) { event.preventDefault(); });
  list.addEventListener("click", function (event) {
    var item = event.target.closest("li");
    if (item) choose(Array.from(list.children).indexOf(item));
  });
  show();
})();
