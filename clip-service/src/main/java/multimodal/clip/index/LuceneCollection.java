package multimodal.clip.index;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.repository.ModelId;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene912.Lucene912Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;

/**
 * One collection in its folder. A change is one commit of Lucene, which a crash leaves whole or undone; what the collection
 * holds stands in the commit too. Segments are merged meanwhile, and what has been merged is taken over by a commit of its
 * own, so that searches gain by it although nobody changes anything. Thread-safe.
 */
final class LuceneCollection implements Closeable {

    /** Neighbours of a node in the graph (half of what the lowest layer has); more find better and build slower. */
    private static final int MAX_CONNECTIONS = 16;

    /** Candidates that are weighed for a new node's neighbours. */
    private static final int BUILD_CANDIDATES = 100;

    /** Candidates that a search weighs at the least: what finds 98 % of the ten nearest of 100,000 (bench/search). */
    private static final int SEARCH_CANDIDATES = 200;

    /** A graph that is merged lies in the heap meanwhile: with 192 coordinates, 330,000 nodes and 90 MB at most. */
    private static final double MAX_SEGMENT_MIB = 256;

    /** Segments of about one size that are left, and merged when there are more: a search goes through each. */
    private static final int SEGMENTS_OF_A_SIZE = 5;

    /** Merges at once: a large one takes minutes, in which small ones must not wait. */
    private static final int MERGE_THREADS = 2;

    /** Merges that run or wait before changes wait too: who fills faster than is merged would slow down every search. */
    private static final int MAX_MERGES = 3;

    private static final String MODEL_NAME = "model.name";
    private static final String MODEL_VERSION = "model.version";
    private static final String DIMENSION = "dimension";

    private final String name;
    private final VectorSpace space;
    private final Directory directory;
    private final IndexWriter writer;
    private final SearcherManager searchers;
    /** One change at a time, so that a commit holds that change and no part of another. */
    private final ReentrantLock changing = new ReentrantLock();
    /** Whether a merge has ended since the last commit began. */
    private volatile boolean hasMerged;

    private LuceneCollection(
            String name, VectorSpace space, Directory directory, IndexWriter writer, SearcherManager searchers) {
        this.name = name;
        this.space = space;
        this.directory = directory;
        this.writer = writer;
        this.searchers = searchers;
    }

    /** Opens the collection in {@code folder}, or makes one for {@code space} there. */
    static LuceneCollection open(Path folder, VectorSpace space, boolean fsync) throws IOException {
        boolean isNew = !exists(folder);
        if (isNew) {
            Files.createDirectories(folder);
        }
        Directory directory = directory(folder, fsync);
        Merges merges = new Merges();
        IndexWriter writer = null;
        try {
            writer = new IndexWriter(directory, writerConfig(merges));
            if (isNew) {
                writer.setLiveCommitData(userData(space).entrySet());
                writer.commit();
                if (fsync) {
                    IOUtils.fsync(folder.toAbsolutePath().getParent(), true);
                }
            }
            VectorSpace found = space(SegmentInfos.readLatestCommit(directory));
            LuceneCollection opened = new LuceneCollection(
                    folder.getFileName().toString(), found, directory, writer, new SearcherManager(writer, null));
            merges.tell(opened::merged);
            // What a crash or an end has interrupted.
            writer.maybeMerge();
            return opened;
        } catch (IOException | RuntimeException e) {
            IOUtils.closeWhileHandlingException(writer, directory);
            throw e;
        }
    }

    /** Whether a collection has been committed in {@code folder}; one whose making a crash has cut short has not. */
    static boolean exists(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Directory directory = FSDirectory.open(folder)) {
            return DirectoryReader.indexExists(directory);
        }
    }

    /** What the last commit in {@code folder} says, without opening the collection. */
    static CollectionInfo read(Path folder) throws IOException {
        try (Directory directory = FSDirectory.open(folder)) {
            SegmentInfos commit = SegmentInfos.readLatestCommit(directory);
            long count = 0;
            for (SegmentCommitInfo segment : commit) {
                count += segment.info.maxDoc() - segment.getDelCount();
            }
            return new CollectionInfo(folder.getFileName().toString(), space(commit), count, size(folder));
        }
    }

    VectorSpace space() {
        return space;
    }

    void put(List<IndexedImage> images) throws IOException {
        change(() -> {
            for (IndexedImage image : images) {
                writer.updateDocument(LuceneDocuments.idTerm(image.id()), LuceneDocuments.of(image));
            }
            commit();
            return images.size();
        });
    }

    long delete(ImageFilter filter) throws IOException {
        Query query = LuceneDocuments.query(filter);
        return change(() -> {
            long count = count(query);
            if (count > 0) {
                writer.deleteDocuments(query);
                commit();
            }
            return count;
        });
    }

    List<ImageHit> search(float[] vector, int count, Optional<ImageFilter> filter, RequestContext context)
            throws IOException {
        int candidates = Math.max(count, SEARCH_CANDIDATES);
        Query nearest = new KnnFloatVectorQuery(
                LuceneDocuments.VECTOR,
                vector,
                candidates,
                filter.map(LuceneDocuments::query).orElse(null));
        IndexSearcher shared = searchers.acquire();
        try {
            IndexSearcher searcher = new IndexSearcher(shared.getIndexReader());
            searcher.setTimeout(() -> !context.isLive());
            ScoreDoc[] found = searcher.search(nearest, candidates).scoreDocs;
            context.checkLive();
            return hits(searcher, found, count);
        } finally {
            searchers.release(shared);
        }
    }

    /** Gives up what is not committed, which nobody was told of. */
    @Override
    public void close() throws IOException {
        changing.lock();
        try {
            IOUtils.close(searchers, writer::rollback, directory);
        } finally {
            changing.unlock();
        }
    }

    private interface Change {
        long make() throws IOException;
    }

    /** Makes a change, or none: after a failure the collection is of no use until it is opened again. */
    private long change(Change change) throws IOException {
        changing.lock();
        try {
            return change.make();
        } catch (IOException | RuntimeException e) {
            // Before anybody else gets the lock: what is half done must not come along with the next commit.
            IOUtils.closeWhileHandlingException(writer::rollback);
            throw e;
        } finally {
            changing.unlock();
            takeOverMerges();
        }
    }

    private void commit() throws IOException {
        hasMerged = false;
        writer.commit();
        searchers.maybeRefreshBlocking();
    }

    /** A merge has ended, on its own thread. */
    private void merged() {
        hasMerged = true;
        takeOverMerges();
    }

    /** Unless somebody changes the collection, whose commit does it, or who does it after that. */
    private void takeOverMerges() {
        while (hasMerged && writer.isOpen() && changing.tryLock()) {
            try {
                commit();
            } catch (IOException | AlreadyClosedException e) {
                // Nothing is lost: what was merged is still there as it was, and who changes it next is told.
                return;
            } finally {
                changing.unlock();
            }
        }
    }

    private long count(Query query) throws IOException {
        IndexSearcher searcher = searchers.acquire();
        try {
            return searcher.count(query);
        } finally {
            searchers.release(searcher);
        }
    }

    private static List<ImageHit> hits(IndexSearcher searcher, ScoreDoc[] found, int count) throws IOException {
        StoredFields stored = searcher.storedFields();
        List<ImageHit> hits = new ArrayList<>();
        for (int place = 0; place < Math.min(count, found.length); place++) {
            Document document = stored.document(found[place].doc);
            hits.add(new ImageHit(
                    document.get(LuceneDocuments.ID),
                    cosine(found[place].score),
                    MetadataJson.read(document.get(LuceneDocuments.METADATA))));
        }
        Collections.sort(hits);
        return hits;
    }

    /** Lucene's scores are not negative: (1 + cosine) / 2. */
    private static float cosine(float score) {
        return Math.max(-1, Math.min(1, 2 * score - 1));
    }

    private static Directory directory(Path folder, boolean fsync) throws IOException {
        Directory directory = FSDirectory.open(folder);
        return fsync ? directory : new UnsyncedDirectory(directory);
    }

    /** Merges in the background; says when one has ended. */
    private static final class Merges extends ConcurrentMergeScheduler {

        private volatile Runnable listener = () -> {};

        void tell(Runnable listener) {
            this.listener = listener;
        }

        @Override
        protected void doMerge(MergeSource source, MergePolicy.OneMerge merge) throws IOException {
            super.doMerge(source, merge);
            listener.run();
        }
    }

    private static IndexWriterConfig writerConfig(Merges scheduler) {
        TieredMergePolicy merges = new TieredMergePolicy();
        merges.setMaxMergedSegmentMB(MAX_SEGMENT_MIB);
        merges.setSegmentsPerTier(SEGMENTS_OF_A_SIZE);
        merges.setMaxMergeAtOnce(SEGMENTS_OF_A_SIZE);
        scheduler.setMaxMergesAndThreads(MAX_MERGES, MERGE_THREADS);
        // Without an analyzer: nothing here is a text that is taken apart.
        return new IndexWriterConfig(null)
                .setCommitOnClose(false)
                .setMergePolicy(merges)
                .setMergeScheduler(scheduler)
                .setCodec(new Lucene912Codec() {
                    @Override
                    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                        return new Lucene99HnswVectorsFormat(MAX_CONNECTIONS, BUILD_CANDIDATES);
                    }
                });
    }

    private static Map<String, String> userData(VectorSpace space) {
        return Map.of(
                MODEL_NAME,
                space.model().name(),
                MODEL_VERSION,
                space.model().version(),
                DIMENSION,
                String.valueOf(space.dimension()));
    }

    private static VectorSpace space(SegmentInfos commit) {
        Map<String, String> data = commit.getUserData();
        return new VectorSpace(
                new ModelId(data.get(MODEL_NAME), data.get(MODEL_VERSION)), Integer.parseInt(data.get(DIMENSION)));
    }

    CollectionInfo info(Path folder) throws IOException {
        IndexSearcher searcher = searchers.acquire();
        try {
            return new CollectionInfo(name, space, searcher.getIndexReader().numDocs(), size(folder));
        } finally {
            searchers.release(searcher);
        }
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            // A merge removes files at any time; one that has gone takes no room.
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }
}
