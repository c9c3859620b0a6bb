export type Json = string | number | boolean | null | {
  [key: string]: Json | undefined;
} | Json[];

export type Database = {
  public: {
    Tables: {
      schema_version: {
        Row: { version: string; description: string; applied_at: string };
        Insert: { version: string; description: string; applied_at?: string };
        Update: { version?: string; description?: string; applied_at?: string };
        Relationships: [];
      };
    };
    Views: { [_ in never]: never };
    Functions: {
      append_messages: {
        Args: {
          messages: Json;
          continuation_id?: string;
          title?: string;
          metadata?: Json;
          expected_seq?: number;
          file_ids?: Json;
          idempotency_key?: string;
        };
        Returns: Json;
      };
      read_history: {
        Args: {
          continuation_id: string;
          before?: number;
          after?: number;
          max_messages?: number;
        };
        Returns: Json;
      };
      list_conversations: {
        Args: {
          archived?: boolean;
          before_updated_at?: string;
          before_id?: string;
          max_conversations?: number;
        };
        Returns: Json;
      };
    };
    Enums: { [_ in never]: never };
    CompositeTypes: { [_ in never]: never };
  };
};
