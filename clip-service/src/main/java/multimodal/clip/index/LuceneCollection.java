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
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;

/**
 * One collection in its folder. A change is one commit of Lucene, which a crash leaves whole or undone; what the collection
 * holds stands in the commit too. Thread-safe.
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
        IndexWriter writer = null;
        try {
            writer = new IndexWriter(directory, writerConfig());
            if (isNew) {
                writer.setLiveCommitData(userData(space).entrySet());
                writer.commit();
                if (fsync) {
                    IOUtils.fsync(folder.toAbsolutePath().getParent(), true);
                }
            }
            VectorSpace found = space(SegmentInfos.readLatestCommit(directory));
            return new LuceneCollection(
                    folder.getFileName().toString(), found, directory, writer, new SearcherManager(writer, null));
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
        changing.lock();
        try {
            for (IndexedImage image : images) {
                writer.updateDocument(LuceneDocuments.idTerm(image.id()), LuceneDocuments.of(image));
            }
            commit();
        } finally {
            changing.unlock();
        }
    }

    long delete(ImageFilter filter) throws IOException {
        Query query = LuceneDocuments.query(filter);
        changing.lock();
        try {
            long count = count(query);
            if (count > 0) {
                writer.deleteDocuments(query);
                commit();
            }
            return count;
        } finally {
            changing.unlock();
        }
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

    private void commit() throws IOException {
        writer.commit();
        searchers.maybeRefreshBlocking();
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

    private static IndexWriterConfig writerConfig() {
        TieredMergePolicy merges = new TieredMergePolicy();
        merges.setMaxMergedSegmentMB(MAX_SEGMENT_MIB);
        // Without an analyzer: nothing here is a text that is taken apart.
        return new IndexWriterConfig(null)
                .setCommitOnClose(false)
                .setMergePolicy(merges)
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
