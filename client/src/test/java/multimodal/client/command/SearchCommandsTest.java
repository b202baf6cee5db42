package multimodal.client.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import multimodal.client.testing.CommandRun;
import multimodal.client.testing.ScriptedGateway;
import multimodal.client.testing.ScriptedRuns;
import multimodal.clip.v1.IndexItem;
import multimodal.clip.v1.MetadataValue;
import multimodal.clip.v1.SearchImagesRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code fleet index}, {@code search} and {@code collections} against a gateway that answers with a script. */
@Timeout(60)
class SearchCommandsTest {
    @TempDir
    Path directory;

    private ScriptedGateway gateway;

    @BeforeEach
    void start() throws IOException {
        gateway = new ScriptedGateway();
        picture("cat.png", 1);
        picture("trip/dog.PNG", 2);
        Files.writeString(directory.resolve("notes.txt"), "no picture");
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void aFolderIsIndexedWithAllBeneathIt() {
        CommandRun run = fleet("index", directory.toString(), "--in", "holiday", "--meta", "year=2024");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).isEqualToIgnoringNewLines("holiday: 2 indexed, 0 there before, 0 failed");
        assertThat(gateway.clip().indexed)
                .extracting(IndexItem::getId)
                .containsExactly(path("cat.png"), path("trip/dog.PNG"));
        IndexItem dog = gateway.clip().indexed.get(1);
        assertThat(dog.getMetadataOrThrow("file").getText()).isEqualTo("dog.PNG");
        assertThat(dog.getMetadataOrThrow("folder").getText()).isEqualTo("trip");
        assertThat(dog.getMetadataOrThrow("sha256").getText()).matches("[0-9a-f]{64}");
        assertThat(dog.getMetadataOrThrow("year")).isEqualTo(number(2024));
        assertThat(dog.getMetadataOrThrow("bytes"))
                .isEqualTo(number(dog.getImage().getData().size()));
    }

    @Test
    void onlyWhatIsNewOrHasChangedIsSentAgain() throws IOException {
        fleet("index", directory.toString());
        picture("cat.png", 3);
        picture("bird.jpg", 4);

        CommandRun run = fleet("index", directory.toString());

        assertThat(run.out()).isEqualToIgnoringNewLines("pictures: 2 indexed, 1 there before, 0 failed");
        assertThat(gateway.clip().indexed)
                .extracting(IndexItem::getId)
                .containsExactly(path("cat.png"), path("trip/dog.PNG"), path("bird.jpg"), path("cat.png"));
    }

    @Test
    void aStreamThatBreaksOffGoesOnWithWhatWasNotAcknowledged() throws IOException {
        for (int i = 0; i < 300; i++) {
            picture("many/%03d.png".formatted(i), i % 4);
        }
        gateway.clip().breaks.addAll(List.of(100, 3));

        CommandRun run = fleet("index", directory.resolve("many").toString());

        assertThat(run.out())
                .containsSubsequence("100 of 300", "200 of 300", "pictures: 300 indexed, 0 there before, 0 failed");
        // An acknowledgement that is not read before the stream breaks makes its picture come twice.
        assertThat(gateway.clip().indexed.stream().map(IndexItem::getId).distinct())
                .hasSize(300);
    }

    @Test
    void aServiceThatTakesNothingIsToldInOneLine() {
        gateway.clip().breaks.add(0);

        CommandRun run = fleet("index", directory.toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).isEqualToIgnoringNewLines("fleet: UNAVAILABLE: draining");
    }

    @Test
    void aPictureThatFailsIsNamedAndTheOthersAreIndexed() throws IOException {
        Files.write(directory.resolve("empty.png"), new byte[0]);

        CommandRun run = fleet("index", directory.toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out())
                .contains(path("empty.png") + ": image.data: empty (expected: a picture)")
                .contains("pictures: 2 indexed, 0 there before, 1 failed");
    }

    @Test
    void whereThereIsNothingToIndexIsSaid() throws IOException {
        Path empty = Files.createDirectory(directory.resolve("empty"));

        assertThat(fleet("index", empty.toString()).err()).contains("no pictures in [" + empty + "]");
        assertThat(fleet("index", path("missing")).err())
                .isEqualToIgnoringNewLines(
                        "fleet: PATH: there is no " + path("missing") + " (expected: a folder or a picture)");
    }

    @Test
    void onATerminalABarCountsAndHitsAreDrawn() {
        String[] terminal = {"--tty", "--term", "xterm", "--colorterm", "truecolor", "--no-color", ""};

        CommandRun index = fleet(terminal, "index", directory.toString());
        CommandRun search = fleet(terminal, "search", "a cat");

        assertThat(index.out()).contains("━".repeat(15) + "─".repeat(15) + " 1 of 2", "━".repeat(30) + " 2 of 2");
        assertThat(search.out()).contains("▀").containsPattern("1 {19}2\\R");
    }

    @Test
    void aSearchShowsScorePathAndMetadata() {
        fleet("index", directory.toString(), "--meta", "year=2024", "--meta", "by=me");

        CommandRun run = fleet("search", "a dog", "-k", "1", "--min-score", "0.25", "--where", "file=dog.PNG");

        assertThat(run.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
                .containsSubsequence(
                        "# score picture metadata", "1 0.500 " + path("trip/dog.PNG") + " by=me, year=2024");
        SearchImagesRequest request = last();
        assertThat(request.getText()).isEqualTo("a dog");
        assertThat(request.getK()).isEqualTo(1);
        assertThat(request.getMinScore()).isEqualTo(0.25f);
    }

    @Test
    void conditionsBecomeFilters() {
        fleet("index", directory.toString());

        fleet("search", "x", "--where", "year>=2020", "--where", "year<=2024.5", "--where", "kept=true");

        assertThat(last().getFilter().getAllOf().getFiltersList())
                .satisfiesExactly(
                        least -> assertThat(least.getRange().getMin()).isEqualTo(2020),
                        most -> assertThat(most.getRange().getMax()).isEqualTo(2024.5),
                        kept -> assertThat(kept.getEquals().getValue().getFlag())
                                .isTrue());
        CommandRun wrong = fleet("search", "x", "--where", "year>=soon");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("--where: year>=soon (expected: key=value, key>=number or key<=number)");
    }

    @Test
    void aPictureIsSearchedByAPicture() throws IOException {
        fleet("index", directory.toString());

        assertThat(fleet("search", "--like", path("cat.png")).exitCode()).isZero();

        assertThat(last().getImage().getData().toByteArray())
                .isEqualTo(Files.readAllBytes(directory.resolve("cat.png")));
    }

    @Test
    void whatIsSearchedForMustBeOneThing() {
        assertThat(fleet("search").err())
                .isEqualToIgnoringNewLines("fleet: TEXT, --like: none (expected: one of them)");
        assertThat(fleet("search", "x", "--like", path("cat.png")).err())
                .isEqualToIgnoringNewLines("fleet: TEXT, --like: both (expected: one of them)");
    }

    @Test
    void collectionsAreListedAndDropped() {
        fleet("index", directory.toString(), "--in", "holiday");

        assertThat(fleet("collections").out().replaceAll(" +", " ")).contains("holiday 2 sticker-clip/1");
        assertThat(fleet("collections", "--drop", "holiday").out())
                .isEqualToIgnoringNewLines("dropped holiday (2 pictures)");
        assertThat(fleet("search", "x", "--in", "holiday").err())
                .isEqualToIgnoringNewLines("fleet: NOT_FOUND: collection: there is no holiday");
    }

    private SearchImagesRequest last() {
        List<SearchImagesRequest> searches = gateway.clip().searches;
        return searches.get(searches.size() - 1);
    }

    private void picture(String name, int step) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, ScriptedRuns.image(step).getData().toByteArray());
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private static MetadataValue number(double number) {
        return MetadataValue.newBuilder().setNumber(number).build();
    }

    private CommandRun fleet(String... words) {
        return fleet(new String[0], words);
    }

    private CommandRun fleet(String[] more, String... words) {
        List<String> all = new ArrayList<>(Arrays.asList(words));
        all.addAll(List.of("--gateway", gateway.address()));
        all.addAll(Arrays.asList(more));
        return CommandRun.of(all.toArray(String[]::new));
    }
}
