package multimodal.client.terminal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A table in plain text whose columns line up on a terminal, whatever the script of its cells. */
public final class TextTable {

    private static final String GAP = "  ";

    private final List<Column> columns;
    private final List<List<String>> rows = new ArrayList<>();

    /** Headings by the number of the row that they stand above. */
    private final Map<Integer, String> sections = new HashMap<>();

    /** One column: its heading, and whether its cells are numbers (aligned to the right). */
    public record Column(String heading, boolean numeric) {

        /** A column of words. */
        public static Column text(String heading) {
            return new Column(heading, false);
        }

        /** A column of numbers. */
        public static Column number(String heading) {
            return new Column(heading, true);
        }
    }

    public TextTable(Column... columns) {
        this.columns = List.of(columns);
    }

    /** Adds a row; as many cells as there are columns. */
    public void add(String... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException("cells: " + cells.length + " (expected: " + columns.size() + ")");
        }
        rows.add(List.of(cells));
    }

    /** Adds a line of its own above the rows that follow. */
    public void addSection(String heading) {
        sections.put(rows.size(), heading);
    }

    /** The heading, a rule, and a line for each row and section. */
    public List<String> lines() {
        int[] widths = widths();
        List<String> lines = new ArrayList<>();
        lines.add(line(columns.stream().map(Column::heading).toList(), widths));
        lines.add(rule(widths));
        for (int i = 0; i < rows.size(); i++) {
            if (sections.containsKey(i)) {
                lines.add(sections.get(i));
            }
            lines.add(line(rows.get(i), widths));
        }
        return lines;
    }

    private int[] widths() {
        int[] widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = DisplayWidth.of(columns.get(i).heading());
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], DisplayWidth.of(row.get(i)));
            }
        }
        return widths;
    }

    private String line(List<String> cells, int[] widths) {
        List<String> padded = new ArrayList<>();
        for (int i = 0; i < widths.length; i++) {
            padded.add(
                    columns.get(i).numeric()
                            ? DisplayWidth.padLeft(cells.get(i), widths[i])
                            : DisplayWidth.padRight(cells.get(i), widths[i]));
        }
        return String.join(GAP, padded).stripTrailing();
    }

    private static String rule(int[] widths) {
        List<String> dashes = new ArrayList<>();
        for (int width : widths) {
            dashes.add("─".repeat(width));
        }
        return String.join(GAP, dashes);
    }
}
