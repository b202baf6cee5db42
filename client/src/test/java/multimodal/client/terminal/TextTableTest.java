package multimodal.client.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import multimodal.client.terminal.TextTable.Column;
import org.junit.jupiter.api.Test;

class TextTableTest {

    @Test
    void columnsLineUpWhateverTheScript() {
        TextTable table = new TextTable(Column.text("label"), Column.number("ms"));
        table.add("castle", "12.5");
        table.add("古堡", "3");
        assertThat(table.lines())
                .containsExactly(
                        "label     ms", //
                        "──────  ────",
                        "castle  12.5",
                        "古堡       3");
    }

    @Test
    void aSectionStandsAboveItsRowsAndWidensNoColumn() {
        TextTable table = new TextTable(Column.text("label"), Column.number("ms"));
        table.addSection("一座神秘的古堡");
        table.add("a", "1");
        assertThat(table.lines()).containsExactly("label  ms", "─────  ──", "一座神秘的古堡", "a       1");
    }

    @Test
    void aRowHasOneCellForEachColumn() {
        TextTable table = new TextTable(Column.text("label"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table.add("castle", "12.5"))
                .withMessage("cells: 2 (expected: 1)");
    }
}
