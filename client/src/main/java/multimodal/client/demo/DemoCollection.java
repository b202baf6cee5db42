package multimodal.client.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import multimodal.client.FleetClient;
import multimodal.client.RefusedCalls;
import multimodal.client.TraceParent;
import multimodal.client.run.PictureRow;
import multimodal.client.run.ShownRun;
import multimodal.client.search.IndexView;
import multimodal.client.search.PictureIndexer;
import multimodal.client.terminal.Terminal;
import multimodal.client.trace.RunTrace;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.DropCollectionRequest;
import multimodal.clip.v1.IndexImagesConfig;
import multimodal.clip.v1.SearchHit;
import multimodal.clip.v1.SearchImagesRequest;

/** Puts the demo's pictures into a collection, finds them by texts, and drops it again. */
final class DemoCollection {

    private static final int HITS = 3;

    private final FleetClient client;
    private final Terminal terminal;
    private final String name = "demo-" + UUID.randomUUID();

    DemoCollection(FleetClient client, Terminal terminal) {
        this.client = client;
        this.terminal = terminal;
    }

    /** The searches among {@code pictures}, each of which lies in its file. */
    List<DemoSearch> search(Map<Path, DemoPicture> pictures, RunTrace trace) {
        try {
            trace.record("IndexImages", span -> index(pictures, span));
            return DemoSearch.QUERIES.stream()
                    .map(query -> trace.record("SearchImages", span -> search(query, pictures, span)))
                    .toList();
        } finally {
            trace.record("DropCollection", this::drop);
        }
    }

    private IndexView index(Map<Path, DemoPicture> pictures, TraceParent span) {
        IndexView view = new IndexView(terminal, pictures.size());
        new PictureIndexer(
                        client,
                        IndexImagesConfig.newBuilder().setCollection(name).build(),
                        Map.of(),
                        span)
                .index(List.copyOf(new TreeMap<>(pictures).keySet()), view);
        view.end();
        terminal.println(view.summary("index"));
        return view;
    }

    private DemoSearch search(DemoSearch.Query query, Map<Path, DemoPicture> pictures, TraceParent span) {
        List<SearchHit> hits = new ArrayList<>();
        RefusedCalls.run(
                () -> hits.addAll(client.stub(ClipServiceGrpc::newBlockingStub, span)
                        .searchImages(SearchImagesRequest.newBuilder()
                                .setCollection(name)
                                .setText(query.text())
                                .setK(HITS)
                                .build())
                        .getHitsList()),
                delay -> ShownRun.tellRefusal(terminal, delay));
        List<Path> files = hits.stream().map(hit -> Path.of(hit.getId())).toList();
        terminal.println("search: " + query.text());
        PictureRow.of(files, terminal).forEach(terminal::println);
        DemoSearch search = new DemoSearch(
                query,
                hits.stream()
                        .map(hit -> new DemoSearch.Hit(pictures.get(Path.of(hit.getId())), hit.getScore()))
                        .toList());
        terminal.println(
                "found: " + search.hits().stream().map(DemoCollection::text).collect(Collectors.joining(", ")));
        terminal.println("");
        return search;
    }

    private static String text(DemoSearch.Hit hit) {
        return String.format(Locale.ROOT, "%s %.2f", hit.picture().text(), hit.score());
    }

    private long drop(TraceParent span) {
        return client.stub(ClipServiceGrpc::newBlockingStub, span)
                .dropCollection(
                        DropCollectionRequest.newBuilder().setCollection(name).build())
                .getCollection()
                .getItemCount();
    }
}
