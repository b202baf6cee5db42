package multimodal.client.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import multimodal.client.FleetClient;
import multimodal.client.InputException;
import multimodal.client.TraceParent;
import multimodal.client.search.IndexView;
import multimodal.client.search.MetadataTexts;
import multimodal.client.search.PictureIndexer;
import multimodal.client.terminal.Terminal;
import multimodal.clip.v1.IndexImagesConfig;
import multimodal.clip.v1.MetadataValue;
import multimodal.common.v1.ModelRef;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleet index}: fills a collection with the pictures of folders. */
@Command(
        name = "index",
        description = {
            "Puts the pictures of folders into a collection, where \"fleet search\" finds them.",
            "Run again, it sends only what is new or has changed."
        })
public final class IndexCommand extends GatewayCommand {

    @Parameters(
            arity = "1..*",
            paramLabel = "PATH",
            description = "Folders, with all beneath them, or files: PNG, JPEG or WebP.")
    List<Path> paths;

    @Mixin
    CollectionOption collection;

    @Option(
            names = "--meta",
            paramLabel = "KEY=VALUE",
            description =
                    "Is stored beside each picture, with its file, folder, bytes, modified (seconds since 1970) and sha256.")
    Map<String, String> metadata = new LinkedHashMap<>();

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "Name of the model for a new collection (default: the fleet's); another's stays what it is.")
    String model = "";

    @Override
    public Integer call() throws IOException {
        Terminal terminal = terminal();
        List<Path> files = files();
        IndexImagesConfig.Builder config = IndexImagesConfig.newBuilder().setCollection(collection.name);
        if (!model.isEmpty()) {
            config.setModel(ModelRef.newBuilder().setName(model));
        }
        Map<String, MetadataValue> values = new LinkedHashMap<>();
        metadata.forEach((key, value) -> values.put(key, MetadataTexts.read(value)));
        IndexView view = new IndexView(terminal, files.size());
        try (FleetClient client = gateway.connect()) {
            new PictureIndexer(client, config.build(), values, TraceParent.newTrace()).index(files, view);
        } finally {
            view.end();
        }
        terminal.println(view.summary(collection.name));
        return view.failedCount() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path path : paths) {
            if (!Files.exists(path)) {
                throw new InputException("PATH: there is no %s (expected: a folder or a picture)".formatted(path));
            }
            files.addAll(PictureIndexer.find(path));
        }
        if (files.isEmpty()) {
            throw new InputException("PATH: no pictures in %s (expected: files that end in .png, .jpg, .jpeg or .webp)"
                    .formatted(paths));
        }
        return files;
    }
}
