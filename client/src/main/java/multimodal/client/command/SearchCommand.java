package multimodal.client.command;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import multimodal.client.FleetClient;
import multimodal.client.InputException;
import multimodal.client.RefusedCalls;
import multimodal.client.TraceParent;
import multimodal.client.run.PictureRow;
import multimodal.client.run.ShownRun;
import multimodal.client.search.MetadataTexts;
import multimodal.client.terminal.Terminal;
import multimodal.client.terminal.TextTable;
import multimodal.client.terminal.TextTable.Column;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.Filter;
import multimodal.clip.v1.FilterList;
import multimodal.clip.v1.MetadataValue;
import multimodal.clip.v1.SearchHit;
import multimodal.clip.v1.SearchImagesRequest;
import multimodal.clip.v1.SearchImagesResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleet search}: the pictures of a collection that are nearest to a text or to a picture. */
@Command(
        name = "search",
        description = "Finds pictures of a collection, which \"fleet index\" fills, by a text or by a picture.")
public final class SearchCommand extends GatewayCommand {

    /** What a path tells already, or what tells people nothing. */
    private static final List<String> HIDDEN = List.of("file", "folder", "bytes", "modified", "sha256");

    @Parameters(
            arity = "0..1",
            paramLabel = "TEXT",
            description = "What is to be seen, in English or Chinese; or use --like.")
    String text;

    @Option(names = "--like", paramLabel = "FILE", description = "A picture; those that look like it are found.")
    Path like;

    @Mixin
    CollectionOption collection;

    @Option(names = "-k", paramLabel = "N", description = "Most pictures that are shown, 1 to 1000 (default: 10).")
    Integer count;

    @Option(
            names = "--min-score",
            paramLabel = "SCORE",
            description = "Leaves out pictures whose score is lower, -1 to 1 (default: none).")
    Float minScore;

    @Option(
            names = "--where",
            paramLabel = "CONDITION",
            converter = WhereOption.class,
            description =
                    "What the metadata must say: KEY=VALUE, KEY>=NUMBER or KEY<=NUMBER. All of several must hold.")
    List<Filter> conditions = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        Terminal terminal = terminal();
        SearchImagesRequest request = request();
        List<SearchImagesResponse> answers = new ArrayList<>();
        try (FleetClient client = gateway.connect()) {
            RefusedCalls.run(
                    () -> answers.add(client.stub(ClipServiceGrpc::newBlockingStub, TraceParent.newTrace())
                            .searchImages(request)),
                    delay -> ShownRun.tellRefusal(progress(), delay));
        }
        show(answers.get(0).getHitsList(), terminal);
        return ExitCode.OK;
    }

    private SearchImagesRequest request() throws IOException {
        if ((text == null) == (like == null)) {
            throw new InputException(
                    "TEXT, --like: %s (expected: one of them)".formatted(text == null ? "none" : "both"));
        }
        SearchImagesRequest.Builder request = SearchImagesRequest.newBuilder().setCollection(collection.name);
        if (text != null) {
            request.setText(text);
        } else {
            request.setImage(GivenFiles.picture("--like", like));
        }
        if (count != null) {
            request.setK(count);
        }
        if (minScore != null) {
            request.setMinScore(minScore);
        }
        if (!conditions.isEmpty()) {
            request.setFilter(
                    Filter.newBuilder().setAllOf(FilterList.newBuilder().addAllFilters(conditions)));
        }
        return request.build();
    }

    private static void show(List<SearchHit> hits, Terminal terminal) {
        if (hits.isEmpty()) {
            terminal.println("nothing found");
            return;
        }
        PictureRow.of(hits.stream().map(hit -> Path.of(hit.getId())).toList(), terminal)
                .forEach(terminal::println);
        TextTable table = new TextTable(
                Column.number("#"), Column.number("score"), Column.text("picture"), Column.text("metadata"));
        for (int i = 0; i < hits.size(); i++) {
            SearchHit hit = hits.get(i);
            table.add(
                    Integer.toString(i + 1),
                    String.format(Locale.ROOT, "%.3f", hit.getScore()),
                    fromHere(hit.getId()),
                    MetadataTexts.write(shown(hit.getMetadataMap())));
        }
        table.lines().forEach(terminal::println);
    }

    private static Map<String, MetadataValue> shown(Map<String, MetadataValue> metadata) {
        Map<String, MetadataValue> shown = new HashMap<>(metadata);
        shown.keySet().removeAll(HIDDEN);
        return shown;
    }

    /** The path as one would type it here, if it is one that lies here. */
    private static String fromHere(String id) {
        String here = Path.of("").toAbsolutePath() + File.separator;
        return id.startsWith(here) ? id.substring(here.length()) : id;
    }
}
