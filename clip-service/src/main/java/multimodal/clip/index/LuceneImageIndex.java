package multimodal.clip.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.InferenceException;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.util.IOUtils;

/**
 * The index inside this process: HNSW graphs of Lucene, a folder for each collection. A collection is opened when it is first
 * used and belongs to this process from then on. Thread-safe.
 */
public final class LuceneImageIndex implements ImageIndex {

    /** Begins the name of a folder whose collection was dropped; no collection is called so. */
    private static final String DROPPED = ".dropped-";

    private final Path root;
    private final boolean fsync;
    private final Map<String, LuceneCollection> open = new HashMap<>();

    /**
     * An index in {@code root}, a folder that is made when the first collection is.
     *
     * @param fsync whether a change is on the disk, and not only with the operating system, when it is answered
     */
    public LuceneImageIndex(Path root, boolean fsync) {
        this.root = root;
        this.fsync = fsync;
    }

    @Override
    public synchronized CollectionInfo open(String collection, VectorSpace space) {
        return guard(collection, () -> {
            Path folder = folder(collection);
            if (!LuceneCollection.exists(folder) && folders().size() >= MAX_COLLECTIONS) {
                throw IndexFaults.full();
            }
            LuceneCollection opened = opened(collection, space);
            IndexFaults.requireSame(collection, opened.space(), space);
            return opened.info(folder);
        });
    }

    @Override
    public synchronized Optional<VectorSpace> space(String collection) {
        return guard(collection, () -> {
            LuceneCollection found = open.get(collection);
            if (found != null) {
                return Optional.of(found.space());
            }
            Path folder = folder(collection);
            return LuceneCollection.exists(folder)
                    ? Optional.of(LuceneCollection.read(folder).space())
                    : Optional.empty();
        });
    }

    @Override
    public synchronized List<CollectionInfo> list() {
        return guard("", () -> {
            List<CollectionInfo> infos = new ArrayList<>();
            for (Path folder : folders()) {
                infos.add(info(folder));
            }
            return infos;
        });
    }

    @Override
    public synchronized CollectionInfo drop(String collection) {
        return guard(collection, () -> {
            // Opened first: what another process writes is not to be pulled from under it.
            CollectionInfo info = existing(collection).info(folder(collection));
            open.remove(collection).close();
            Path dropped = root.resolve(DROPPED + UUID.randomUUID());
            Files.move(folder(collection), dropped, StandardCopyOption.ATOMIC_MOVE);
            if (fsync) {
                IOUtils.fsync(root, true);
            }
            IOUtils.rm(dropped);
            return info;
        });
    }

    @Override
    public void put(String collection, VectorSpace space, List<IndexedImage> images) {
        change(collection, target -> {
            IndexFaults.requireSame(collection, target.space(), space);
            target.put(images);
            return null;
        });
    }

    @Override
    public long delete(String collection, ImageFilter filter) {
        return change(collection, target -> target.delete(filter));
    }

    @Override
    public List<ImageHit> search(
            String collection, float[] vector, int count, Optional<ImageFilter> filter, RequestContext context) {
        return guard(collection, () -> get(collection).search(vector, count, filter, context));
    }

    @Override
    public synchronized void close() {
        guard("", () -> {
            IOUtils.close(open.values());
            open.clear();
            return null;
        });
    }

    private interface Work<T> {
        T run() throws IOException;
    }

    private interface Change<T> {
        T apply(LuceneCollection target) throws IOException;
    }

    private <T> T change(String collection, Change<T> change) {
        return guard(collection, () -> {
            LuceneCollection target = get(collection);
            try {
                return change.apply(target);
            } catch (InferenceException e) {
                throw e;
            } catch (IOException | RuntimeException e) {
                // What was half done must not come along with the next commit.
                giveUp(collection, target);
                throw e;
            }
        });
    }

    private synchronized LuceneCollection get(String collection) throws IOException {
        return existing(collection);
    }

    private synchronized void giveUp(String collection, LuceneCollection target) {
        if (open.remove(collection, target)) {
            IOUtils.closeWhileHandlingException(target);
        }
    }

    private LuceneCollection existing(String collection) throws IOException {
        if (!open.containsKey(collection) && !LuceneCollection.exists(folder(collection))) {
            throw ImageIndex.unknown(collection);
        }
        return opened(collection, null);
    }

    /** @param space of the collection if it has to be made */
    private LuceneCollection opened(String collection, VectorSpace space) throws IOException {
        LuceneCollection found = open.get(collection);
        if (found == null) {
            removeDropped();
            found = LuceneCollection.open(folder(collection), space, fsync);
            open.put(collection, found);
        }
        return found;
    }

    private CollectionInfo info(Path folder) throws IOException {
        LuceneCollection found = open.get(folder.getFileName().toString());
        return found == null ? LuceneCollection.read(folder) : found.info(folder);
    }

    private Path folder(String collection) {
        if (!CollectionNames.isValid(collection)) {
            throw new IllegalArgumentException("collection " + collection);
        }
        return root.resolve(collection);
    }

    private List<Path> folders() throws IOException {
        List<Path> folders = new ArrayList<>();
        if (Files.isDirectory(root)) {
            try (Stream<Path> inside = Files.list(root)) {
                for (Path folder : inside.sorted().toList()) {
                    if (CollectionNames.isValid(folder.getFileName().toString()) && LuceneCollection.exists(folder)) {
                        folders.add(folder);
                    }
                }
            }
        }
        return folders;
    }

    /** Finishes what a crash has cut short. */
    private void removeDropped() throws IOException {
        if (Files.isDirectory(root)) {
            try (Stream<Path> inside = Files.list(root)) {
                for (Path folder : inside.toList()) {
                    if (folder.getFileName().toString().startsWith(DROPPED)) {
                        IOUtils.rm(folder);
                    }
                }
            }
        }
    }

    /** Turns what Lucene and the disk say into what a caller can use. */
    private <T> T guard(String collection, Work<T> work) {
        try {
            return work.run();
        } catch (LockObtainFailedException e) {
            throw IndexFaults.unavailable(
                    "collection %s belongs to another process; each needs a clip.index.directory of its own"
                            .formatted(collection),
                    e);
        } catch (AlreadyClosedException e) {
            // Dropped, or given up after a failed write, between being looked up and being used.
            throw IndexFaults.unavailable("collection %s was closed meanwhile".formatted(collection), e);
        } catch (IOException | UncheckedIOException e) {
            throw IndexFaults.unavailable("the image index cannot be read or written", e);
        }
    }
}
