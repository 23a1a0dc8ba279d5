package dev.switchboard.spi.contract;

import dev.switchboard.spi.HistoryStore;

/**
 * The rules that every {@link HistoryStore} must satisfy: {@linkplain AppendRules appending},
 * {@linkplain DuplicateRules duplicates}, {@linkplain PageRules pages}, {@linkplain RetentionRules
 * retention} and {@linkplain LogRules the identity and lifetime of logs}. Implement this interface
 * in a test class.
 */
public interface HistoryStoreContract
    extends AppendRules, DuplicateRules, PageRules, RetentionRules, LogRules {}
