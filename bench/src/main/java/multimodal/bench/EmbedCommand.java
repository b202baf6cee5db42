package multimodal.bench;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import multimodal.clip.pipeline.Content;
import multimodal.clip.pipeline.ContentEncoder;
import multimodal.clip.pipeline.Embedder;
import multimodal.clip.pipeline.Embeddings;
import multimodal.clip.rpc.Models;
import multimodal.clip.steps.PictureEncoder;
import multimodal.clip.steps.PictureFile;
import multimodal.clip.steps.PictureReader;
import multimodal.clip.steps.TextEncoder;
import multimodal.inference.InferenceRuntime;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureLimits;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Embeds what comes on standard input by clip-service's pipeline, and writes the embeddings as {@link VectorFile} has them.
 * Each item is its kind ({@code P} a picture file, {@code T} a text in UTF-8) in one byte, its size in four, and its bytes.
 */
@Command(name = "embed", mixinStandardHelpOptions = true)
public final class EmbedCommand implements Callable<Integer> {

    /** Items of one request. */
    private static final int GROUP = 64;

    /** Requests at once. */
    private static final int REQUESTS = 4;

    @Option(names = "--output", required = true, description = "file that the embeddings go to")
    private Path output;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new EmbedCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        PictureReader reader = new PictureReader(new PictureDecoder(PictureLimits.DEFAULT), 1);
        Embedder embedder = new Embedder(new ContentEncoder(new TextEncoder(), new PictureEncoder(reader)));
        Path partial = output.resolveSibling(output.getFileName() + ".partial");
        try (InferenceRuntime runtime =
                        InferenceRuntime.open(ServedConfig.read(), OpenTelemetry.noop(), new SimpleMeterRegistry());
                DataInputStream items = new DataInputStream(new BufferedInputStream(System.in, 1 << 16));
                OutputStream vectors = new BufferedOutputStream(Files.newOutputStream(partial))) {
            runtime.load(Set.of(Models.CLIP));
            try (ModelHandle clip = runtime.registry().find(Models.CLIP, Optional.empty(), Optional.empty())) {
                embed(items, group -> embedder.embed(clip, group, RequestContext.detached()), vectors);
            }
        }
        Files.move(partial, output, StandardCopyOption.ATOMIC_MOVE);
        return 0;
    }

    private static void embed(DataInputStream items, Function<List<Content>, Embeddings> embedder, OutputStream vectors)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(REQUESTS);
        try {
            Deque<Future<Embeddings>> running = new ArrayDeque<>();
            for (List<Content> group = next(items); !group.isEmpty(); group = next(items)) {
                List<Content> contents = group;
                running.add(threads.submit(() -> embedder.apply(contents)));
                if (running.size() == REQUESTS) {
                    write(running.remove(), vectors);
                }
            }
            while (!running.isEmpty()) {
                write(running.remove(), vectors);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void write(Future<Embeddings> embeddings, OutputStream vectors) throws Exception {
        vectors.write(VectorFile.bytes(embeddings.get().values().floats()));
    }

    private static List<Content> next(DataInputStream items) throws IOException {
        List<Content> group = new ArrayList<>();
        while (group.size() < GROUP) {
            int kind = items.read();
            if (kind < 0) {
                break;
            }
            byte[] bytes = items.readNBytes(items.readInt());
            switch (kind) {
                case 'P' -> group.add(new Content.Picture(new PictureFile("picture", bytes)));
                case 'T' -> group.add(new Content.Text("text", new String(bytes, StandardCharsets.UTF_8)));
                default -> throw new EOFException("an item of kind " + kind);
            }
        }
        return group;
    }
}
