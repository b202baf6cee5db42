package multimodal.clip.index;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.repository.ModelId;

/**
 * The index in PostgreSQL with pgvector: one table lists the collections, each collection has a table of its own with an HNSW
 * graph, since a graph wants points of one dimension. Several processes may share it. Thread-safe.
 *
 * <p>Names of tables are made of numbers that the database gives; everything that comes from a caller is a parameter.
 */
public final class PostgresImageIndex implements ImageIndex {

    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(5);

    /** Any number that nobody else in the database locks: schema changes take turns. */
    private static final long SCHEMA_LOCK = 0x6d756c74_696d6f64L;

    /** Of HNSW in pgvector; more dimensions are searched one by one. */
    private static final int MAX_GRAPH_DIMENSION = 2_000;

    /** Candidates that a search weighs at the least, and at the most: the bound is pgvector's. */
    private static final int MIN_CANDIDATES = 200;

    private static final int MAX_CANDIDATES = 1_000;

    /** So many that match a filter are compared one by one, which misses none; more are looked for in the graph. */
    private static final int MAX_COMPARED = 10_000;

    /** What PostgreSQL says of a table that has just been dropped. */
    private static final String NO_TABLE = "42P01";

    private static final String COLUMNS = "id, name, model_name, model_version, dimension";

    private final AgroalDataSource connections;
    private final boolean fsync;
    private final int maxCompared;
    private volatile boolean isPrepared;

    private record Row(long number, String name, VectorSpace space) {
        String table() {
            return "image_items_" + number;
        }
    }

    private PostgresImageIndex(AgroalDataSource connections, boolean fsync, int maxCompared) {
        this.connections = connections;
        this.fsync = fsync;
        this.maxCompared = maxCompared;
    }

    /**
     * An index in a database, which need not be there yet: it is asked for at the first call, and its tables are made then.
     *
     * @param url {@code jdbc:postgresql://host:port/database}
     * @param user who may create tables and, where pgvector is not installed yet, the extension {@code vector}
     * @param connectionCount connections at the most
     * @param fsync whether a change is on the database's disk when it is answered
     */
    public static PostgresImageIndex open(
            String url, String user, String password, int connectionCount, boolean fsync) {
        return open(url, user, password, connectionCount, fsync, MAX_COMPARED);
    }

    /** @param maxCompared of those that match a filter, compared one by one */
    static PostgresImageIndex open(
            String url, String user, String password, int connectionCount, boolean fsync, int maxCompared) {
        AgroalDataSourceConfigurationSupplier configuration = new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.maxSize(connectionCount)
                        .acquisitionTimeout(CONNECT_PATIENCE)
                        .connectionFactoryConfiguration(factory -> factory.jdbcUrl(url)
                                .principal(new NamePrincipal(user))
                                .credential(new SimplePassword(password))
                                .autoCommit(false)));
        try {
            return new PostgresImageIndex(AgroalDataSource.from(configuration), fsync, maxCompared);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public CollectionInfo open(String collection, VectorSpace space) {
        return transact(connection -> {
            Optional<Row> known = row(connection, collection, "FOR SHARE");
            if (known.isEmpty()) {
                lockSchema(connection);
                known = row(connection, collection, "FOR SHARE");
            }
            Row row = known.isPresent() ? known.get() : create(connection, collection, space);
            IndexFaults.requireSame(collection, row.space(), space);
            return info(connection, row);
        });
    }

    @Override
    public Optional<VectorSpace> space(String collection) {
        return transact(connection -> row(connection, collection, "").map(Row::space));
    }

    @Override
    public List<CollectionInfo> list() {
        return transact(connection -> {
            List<CollectionInfo> infos = new ArrayList<>();
            String sql = "SELECT " + COLUMNS + " FROM image_collections ORDER BY name COLLATE \"C\" FOR SHARE";
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                for (Row row : rows(select)) {
                    infos.add(info(connection, row));
                }
            }
            return infos;
        });
    }

    @Override
    public CollectionInfo drop(String collection) {
        return transact(connection -> {
            Row row = existing(connection, collection, "FOR UPDATE");
            CollectionInfo info = info(connection, row);
            try (PreparedStatement delete = connection.prepareStatement("DELETE FROM image_collections WHERE id = ?");
                    Statement drop = connection.createStatement()) {
                delete.setLong(1, row.number());
                delete.executeUpdate();
                drop.execute("DROP TABLE " + row.table());
            }
            return info;
        });
    }

    @Override
    public void put(String collection, VectorSpace space, List<IndexedImage> images) {
        transact(connection -> {
            Row row = existing(connection, collection, "FOR SHARE");
            IndexFaults.requireSame(collection, row.space(), space);
            String sql = "INSERT INTO " + row.table() + " (id, embedding, metadata) VALUES (?, ?::vector, ?::jsonb)"
                    + " ON CONFLICT (id) DO UPDATE SET embedding = excluded.embedding, metadata = excluded.metadata";
            try (PreparedStatement insert = connection.prepareStatement(sql)) {
                // In one order by all writers, else two of them may wait for each other.
                List<IndexedImage> sorted = images.stream()
                        .sorted(Comparator.comparing(IndexedImage::id))
                        .toList();
                for (IndexedImage image : sorted) {
                    insert.setString(1, image.id());
                    insert.setString(2, Arrays.toString(image.vector()));
                    insert.setString(3, MetadataJson.write(image.metadata()));
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            return null;
        });
    }

    @Override
    public long delete(String collection, ImageFilter filter) {
        return transact(connection -> {
            Row row = existing(connection, collection, "FOR SHARE");
            SqlCondition condition = new SqlCondition(filter);
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM " + row.table() + " WHERE " + condition.text())) {
                condition.set(delete, 1);
                return (long) delete.executeUpdate();
            }
        });
    }

    @Override
    public List<ImageHit> search(
            String collection, float[] vector, int count, Optional<ImageFilter> filter, RequestContext context) {
        return transact(connection -> {
            // Not locked, which would be a write.
            Row row = existing(connection, collection, "");
            Map<String, Object> settings = new HashMap<>();
            int candidates = filter.isPresent() ? MAX_CANDIDATES : Math.max(count, MIN_CANDIDATES);
            settings.put("hnsw.ef_search", Math.min(candidates, MAX_CANDIDATES));
            // In strict order the graph would skip what it comes upon late.
            settings.put("hnsw.iterative_scan", "relaxed_order");
            // Zero would mean none.
            context.timeLeft().ifPresent(left -> settings.put("statement_timeout", Math.max(1, left.toMillis())));
            configure(connection, settings);
            Optional<SqlCondition> condition = filter.map(SqlCondition::new);
            List<ImageHit> hits;
            try {
                hits = nearest(connection, row, vector, count, condition);
            } catch (SQLException e) {
                context.checkLive();
                if (NO_TABLE.equals(e.getSQLState())) {
                    throw ImageIndex.unknown(collection);
                }
                throw e;
            }
            context.checkLive();
            return hits;
        });
    }

    @Override
    public void close() {
        connections.close();
    }

    private List<ImageHit> nearest(
            Connection connection, Row row, float[] vector, int count, Optional<SqlCondition> condition)
            throws SQLException {
        if (condition.isPresent()) {
            Optional<List<ImageHit>> hits = compared(connection, row, vector, count, condition.get());
            if (hits.isPresent()) {
                return hits.get();
            }
        }
        List<ImageHit> hits = walked(connection, row, vector, count, condition);
        if (hits.size() == count) {
            return hits;
        }
        // The graph is left where memory or patience ends, before everything that matches was seen.
        configure(connection, Map.of("enable_indexscan", "off"));
        return walked(connection, row, vector, count, condition);
    }

    /** The nearest of all that match, unless too many do. */
    private Optional<List<ImageHit>> compared(
            Connection connection, Row row, float[] vector, int count, SqlCondition condition) throws SQLException {
        // Only what is found is read whole. The point is read once: without SELECT it would be for every row.
        String sql = "WITH matching AS MATERIALIZED (SELECT id, embedding <=> (SELECT ?::vector) AS distance FROM "
                + row.table()
                + " WHERE " + condition.text() + " LIMIT ?)"
                + " SELECT id, 1 - distance, metadata, (SELECT count(*) FROM matching)"
                + " FROM (SELECT * FROM matching ORDER BY distance, id LIMIT ?) AS nearest JOIN " + row.table()
                + " USING (id)";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, Arrays.toString(vector));
            int next = condition.set(select, 2);
            select.setInt(next, maxCompared + 1);
            select.setInt(next + 1, count);
            List<ImageHit> hits = new ArrayList<>();
            try (ResultSet found = select.executeQuery()) {
                while (found.next()) {
                    if (found.getInt(4) > maxCompared) {
                        return Optional.empty();
                    }
                    hits.add(hit(found));
                }
            }
            Collections.sort(hits);
            return Optional.of(hits);
        }
    }

    /** The nearest that a walk through the graph finds; of those that match a condition, if there is one. */
    private static List<ImageHit> walked(
            Connection connection, Row row, float[] vector, int count, Optional<SqlCondition> condition)
            throws SQLException {
        String sql = "SELECT id, 1 - (embedding <=> ?::vector), metadata FROM " + row.table()
                + condition.map(one -> " WHERE " + one.text()).orElse("")
                + " ORDER BY embedding <=> ?::vector LIMIT ?";
        List<ImageHit> hits = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            String point = Arrays.toString(vector);
            select.setString(1, point);
            int next = condition.isPresent() ? condition.get().set(select, 2) : 2;
            select.setString(next, point);
            // Where the walk must go on for more that match, nearer ones may come after others.
            select.setInt(next + 1, condition.isPresent() ? 2 * count : count);
            try (ResultSet found = select.executeQuery()) {
                while (found.next()) {
                    hits.add(hit(found));
                }
            }
        }
        Collections.sort(hits);
        return hits.subList(0, Math.min(count, hits.size()));
    }

    private static ImageHit hit(ResultSet found) throws SQLException {
        float score = (float) Math.max(-1, Math.min(1, found.getDouble(2)));
        return new ImageHit(found.getString(1), score, MetadataJson.read(found.getString(3)));
    }

    private static Row create(Connection connection, String collection, VectorSpace space) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet count = statement.executeQuery("SELECT count(*) FROM image_collections")) {
                count.next();
                if (count.getLong(1) >= MAX_COLLECTIONS) {
                    throw IndexFaults.full();
                }
            }
        }
        Row row;
        String sql = "INSERT INTO image_collections (name, model_name, model_version, dimension) VALUES (?, ?, ?, ?)"
                + " RETURNING " + COLUMNS;
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, collection);
            insert.setString(2, space.model().name());
            insert.setString(3, space.model().version());
            insert.setInt(4, space.dimension());
            row = rows(insert).get(0);
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE " + row.table() + " (id text COLLATE \"C\" PRIMARY KEY, embedding vector("
                    + space.dimension() + ") NOT NULL, metadata jsonb NOT NULL)");
            statement.execute("CREATE INDEX ON " + row.table() + " USING gin (metadata jsonb_path_ops)");
            if (space.dimension() <= MAX_GRAPH_DIMENSION) {
                statement.execute("CREATE INDEX ON " + row.table()
                        + " USING hnsw (embedding vector_cosine_ops) WITH (m = 16, ef_construction = 100)");
            }
        }
        return row;
    }

    private static Row existing(Connection connection, String collection, String lock) throws SQLException {
        return row(connection, collection, lock).orElseThrow(() -> ImageIndex.unknown(collection));
    }

    /** @param lock {@code FOR SHARE}: it cannot be dropped until the transaction ends; {@code FOR UPDATE}; or none */
    private static Optional<Row> row(Connection connection, String collection, String lock) throws SQLException {
        String sql = "SELECT " + COLUMNS + " FROM image_collections WHERE name = ? " + lock;
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, collection);
            return rows(select).stream().findFirst();
        }
    }

    private static List<Row> rows(PreparedStatement select) throws SQLException {
        List<Row> rows = new ArrayList<>();
        try (ResultSet found = select.executeQuery()) {
            while (found.next()) {
                ModelId model = new ModelId(found.getString(3), found.getString(4));
                rows.add(new Row(found.getLong(1), found.getString(2), new VectorSpace(model, found.getInt(5))));
            }
        }
        return rows;
    }

    private static CollectionInfo info(Connection connection, Row row) throws SQLException {
        String sql = "SELECT (SELECT count(*) FROM " + row.table() + "), pg_total_relation_size(?::regclass)";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, row.table());
            try (ResultSet found = select.executeQuery()) {
                found.next();
                return new CollectionInfo(row.name(), row.space(), found.getLong(1), found.getLong(2));
            }
        }
    }

    /** Changes settings until the transaction ends. */
    private static void configure(Connection connection, Map<String, Object> settings) throws SQLException {
        String calls = String.join(", ", Collections.nCopies(settings.size(), "set_config(?, ?, true)"));
        try (PreparedStatement set = connection.prepareStatement("SELECT " + calls)) {
            int number = 1;
            for (Map.Entry<String, Object> setting : settings.entrySet()) {
                set.setString(number++, setting.getKey());
                set.setString(number++, String.valueOf(setting.getValue()));
            }
            set.execute();
        }
    }

    private static void lockSchema(Connection connection) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement("SELECT pg_advisory_xact_lock(?)")) {
            lock.setLong(1, SCHEMA_LOCK);
            lock.execute();
        }
    }

    private interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    private <T> T transact(Work<T> work) {
        try (Connection connection = connections.getConnection()) {
            try {
                prepare(connection);
                if (!fsync) {
                    configure(connection, Map.of("synchronous_commit", "off"));
                }
                T result = work.run(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        } catch (SQLException e) {
            throw IndexFaults.unavailable("the database of the image index cannot be reached or does not answer", e);
        }
    }

    private void prepare(Connection connection) throws SQLException {
        if (isPrepared) {
            return;
        }
        lockSchema(connection);
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE EXTENSION IF NOT EXISTS vector");
            statement.execute("CREATE TABLE IF NOT EXISTS image_collections (id bigint GENERATED ALWAYS AS IDENTITY"
                    + " PRIMARY KEY, name text NOT NULL UNIQUE, model_name text NOT NULL, model_version text NOT NULL,"
                    + " dimension integer NOT NULL)");
        }
        connection.commit();
        isPrepared = true;
    }
}
