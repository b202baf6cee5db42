package multimodal.clip.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import multimodal.clip.index.GroupCommit;
import multimodal.clip.index.IndexedImage;
import multimodal.clip.index.VectorSpace;
import multimodal.clip.steps.PictureFaults;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.tensor.Tensor;

/** Puts images into a collection: pictures through the model, then all of them into the index. Thread-safe. */
public final class ImageIndexer {

    /** A caller who has gone is noticed after this time at the latest. */
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    /**
     * Into what images go.
     *
     * @param collection that exists
     * @param space of its embeddings
     * @param model gives the model of the space, in use until the handle is closed
     */
    public record Target(String collection, VectorSpace space, Supplier<ModelHandle> model) {}

    private final Embedder embedder;
    private final GroupCommit commits;

    public ImageIndexer(Embedder embedder, GroupCommit commits) {
        this.embedder = embedder;
        this.commits = commits;
    }

    /**
     * Embeds images, then returns while they are being stored. Where the model has no room this waits for it, since a long
     * stream that is slow does better than one that is refused.
     *
     * @param images at least 1; their pictures have different fields
     * @param outcome hears once of each image by its number, on any thread: nothing more when it is durable, else why it is
     *     not stored
     * @throws InferenceException {@code CANCELLED} or {@code DEADLINE_EXCEEDED} if nobody waits any more
     */
    public void index(
            Target target,
            List<NewImage> images,
            RequestContext context,
            BiConsumer<Long, Optional<Throwable>> outcome) {
        List<NewImage> located = new ArrayList<>();
        List<NewImage> pictures = new ArrayList<>();
        images.forEach(image -> (image.place() instanceof Place.At ? located : pictures).add(image));
        while (!pictures.isEmpty()) {
            try {
                located.addAll(embedded(target, pictures, context));
                pictures.clear();
            } catch (PictureFaults e) {
                pictures.removeAll(refuse(pictures, e, outcome));
            } catch (RuntimeException e) {
                context.checkLive();
                pictures.forEach(picture -> outcome.accept(picture.number(), Optional.of(e)));
                pictures.clear();
            }
        }
        if (!located.isEmpty()) {
            store(target, located, outcome);
        }
    }

    private List<NewImage> embedded(Target target, List<NewImage> pictures, RequestContext context) {
        List<Content> contents = pictures.stream()
                .map(picture -> ((Place.Of) picture.place()).content())
                .toList();
        Tensor embeddings = embedWhenThereIsRoom(target, contents, context);
        List<NewImage> located = new ArrayList<>();
        for (int row = 0; row < pictures.size(); row++) {
            located.add(pictures.get(row).at(embeddings.row(row).floats()));
        }
        return located;
    }

    private Tensor embedWhenThereIsRoom(Target target, List<Content> contents, RequestContext context) {
        while (true) {
            context.checkLive();
            try (ModelHandle model = target.model().get()) {
                return embedder.embed(model, contents, context).values();
            } catch (InferenceException e) {
                if (e.kind() != ErrorKind.OVERLOADED) {
                    throw e;
                }
                pause(e.retryDelay().orElse(LONGEST_PAUSE));
            }
        }
    }

    private static void pause(Duration delay) {
        try {
            Thread.sleep(Math.min(delay.toMillis(), LONGEST_PAUSE.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InferenceException(ErrorKind.UNAVAILABLE, "the service is shutting down", e);
        }
    }

    /** Tells of the pictures that cannot be read; which ones those are. */
    private static List<NewImage> refuse(
            List<NewImage> pictures, PictureFaults faults, BiConsumer<Long, Optional<Throwable>> outcome) {
        Map<String, List<PictureFaults.Fault>> byField =
                faults.faults().stream().collect(Collectors.groupingBy(PictureFaults.Fault::field));
        List<NewImage> refused = new ArrayList<>();
        for (NewImage picture : pictures) {
            if (((Place.Of) picture.place()).content() instanceof Content.Picture content
                    && byField.containsKey(content.file().field())) {
                PictureFaults own = new PictureFaults(byField.get(content.file().field()));
                outcome.accept(picture.number(), Optional.of(own));
                refused.add(picture);
            }
        }
        return refused;
    }

    private void store(Target target, List<NewImage> located, BiConsumer<Long, Optional<Throwable>> outcome) {
        List<IndexedImage> points = located.stream()
                .map(image -> new IndexedImage(image.id(), ((Place.At) image.place()).vector(), image.metadata()))
                .toList();
        commits.put(target.collection(), target.space(), points)
                .whenComplete((done, error) ->
                        located.forEach(image -> outcome.accept(image.number(), Optional.ofNullable(error))));
    }
}
